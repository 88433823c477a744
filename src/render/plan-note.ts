/** The plans of a merge request as one note. Texts of SOWs stand in code fences, where GitLab reads no mention and no command. */
import type { EngagementKey } from '#domain/base/keys.ts';
import { encodeReviewedPlans, PLAN_NOTE_RULE } from '#domain/policy/reviewed-plans.ts';
import { encodeNoteMarker } from '#domain/text/marker.ts';

/** Plan as the note of a merge request shows it. */
export interface NotedPlan {
  readonly engagement: EngagementKey;
  /** `Plan: 12 to create, 11 links, 0 to change.` */
  readonly summary: string;
  readonly isEmpty: boolean;
  /** Text of the plan as in the job log, without colours. */
  readonly text: string;
  /** Part that a review remembers; `null` for a running engagement, which the next sweep plans anew. */
  readonly reviewed: string | null;
}

/** Plans and failures of a pipeline, with the job and the commit. */
export interface PlanNoteInput {
  readonly plans: readonly NotedPlan[];
  readonly failed: readonly { readonly word: string; readonly message: string }[];
  /** What a migration to a changed process would mean, a text each. */
  readonly migrations: readonly string[];
  readonly lastLine: string;
  readonly jobUrl: string | null;
  readonly commit: string | null;
}

/** GitLab takes a million characters; nobody reads that many. */
const LONGEST_PLAN = 20_000;
const LONGEST_NOTE = 200_000;

/** Ends with the hidden lines by which the note is found again and the review is known. */
export function planNote({ plans, failed, migrations, lastLine, jobUrl, commit }: PlanNoteInput): string {
  const head = ['### Procession plan', '', lastLine, ''];
  const sections: string[] = [];
  let room = LONGEST_NOTE;
  let left = 0;
  for (const section of [
    ...failed.map(failedSection),
    ...migrations.map((text) => details('<b>Running engagements</b>, if they were migrated', text)),
    ...plans.filter(({ isEmpty }) => !isEmpty).map(planSection),
  ]) {
    if (section.length > room) left += 1;
    else sections.push(section);
    room -= section.length;
  }
  const empty = plans.filter(({ isEmpty }) => isEmpty).map(({ engagement }) => engagement);
  const reviewed = plans.flatMap((plan): [EngagementKey, string][] =>
    plan.reviewed === null ? [] : [[plan.engagement, plan.reviewed]],
  );
  return [
    ...head,
    ...sections,
    ...(empty.length > 0 ? [`Nothing to do: ${empty.join(', ')}.`, ''] : []),
    ...(left > 0 ? [`${left} more do not fit here: see the artifact of the job.`, ''] : []),
    `${madeBy(jobUrl, commit)}A SOW is applied after the merge only while its plan is still this one.`,
    '',
    encodeReviewedPlans(new Map(reviewed)),
    encodeNoteMarker(PLAN_NOTE_RULE),
  ].join('\n');
}

function planSection({ engagement, summary, text }: NotedPlan): string {
  return details(`<b>${engagement}</b>: ${summary}`, text);
}

function failedSection({ word, message }: { readonly word: string; readonly message: string }): string {
  return details(`<b>${htmlText(word)}</b>: cannot be planned`, message);
}

function details(summary: string, text: string): string {
  const shortened =
    text.length > LONGEST_PLAN ? `${text.slice(0, LONGEST_PLAN)}\n… (see the artifact of the job)` : text;
  const fence = '`'.repeat(Math.max(3, ...[...shortened.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `<details><summary>${summary}</summary>\n\n${fence}text\n${shortened}\n${fence}\n\n</details>\n`;
}

function htmlText(text: string): string {
  return text.replaceAll(/[^\w./ -]/g, (character) => `&#${character.codePointAt(0)};`);
}

function madeBy(jobUrl: string | null, commit: string | null): string {
  const of = commit !== null && /^[0-9a-f]{7,64}$/.test(commit) ? ` for \`${commit.slice(0, 8)}\`` : '';
  if (jobUrl === null || !/^https?:\/\/[\w./:-]+$/.test(jobUrl)) return of === '' ? '' : `Made${of}. `;
  return `[Made by this job](${jobUrl})${of}. `;
}
