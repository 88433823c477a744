/** Who is waited for and since when, as plain text. */
import type {
  EngagementReport,
  ReportedStep,
  ReportedWaiver,
  Turn,
  Waited,
} from '#domain/portfolio/engagement-report.ts';
import { shortDay } from '#domain/recurring/day-words.ts';
import { waitText } from './day-text.ts';

/** `eli`, `Eli Example (no GitLab user)`, `role engineer (nobody named yet)`. */
export function nameOf({ kind, name }: Waited): string {
  if (kind === 'role') return `role ${name} (nobody named yet)`;
  return kind === 'name' ? `${name} (no GitLab user)` : name;
}

/** Names those who are waited for, separated by commas. */
export function namesOf(who: readonly Waited[]): string {
  return who.map(nameOf).join(', ');
}

/** Says how long a turn has been waiting: `4 days`, `at most 4 days` where GitLab does not tell exactly. */
export function waiting({ since }: Pick<Turn, 'since'>): string {
  if (since === null) return '';
  return since.exact || since.days === 0 ? waitText(since.days) : `at most ${waitText(since.days)}`;
}

/** `Kick-off, waived by mira on 2026-11-30: the customer asked for it` */
export function waiverText({ title, by, on, reason, approval }: ReportedWaiver): string {
  const who = by === null ? '' : ` by ${by}`;
  const when = on === null ? '' : ` on ${on}`;
  const what = approval === undefined ? '' : `approval by ${approval} `;
  return `${title}, ${what}waived${who}${when}${reason === null ? '' : `: ${reason}`}`;
}

/**
 * Says why an engagement stands still: `On hold since 2026-11-30, by mira: the customer asks for it`, or the loop
 * fuse.
 */
export function pauseText({ hold }: Pick<EngagementReport, 'hold'>): string {
  return hold === null
    ? 'Paused, because the same change kept being undone: nothing is changed until somebody resumes it'
    : `On hold since ${hold.on}, by ${hold.by}: ${hold.reason}`;
}

/** Days of a list that are named. */
const MOST_DAYS = 3;

/** The days of occurrences whose minutes are overdue. @example `Tue 2 Feb, Tue 9 Feb`; null: none are */
export function lackingDays({ occurrences }: Pick<ReportedStep, 'occurrences'>): string | null {
  const days = (occurrences?.days ?? []).filter(({ fate }) => fate === 'no minutes');
  if (days.length === 0) return null;
  const named = days.slice(-MOST_DAYS).map(({ on }) => shortDay(on));
  return [...named, ...(days.length > MOST_DAYS ? [`${days.length - MOST_DAYS} before`] : [])].join(', ');
}

/** Says which minutes are overdue, a line for each step. @example `Project calls: minutes missing of Tue 2 Feb` */
export function missingMinutes({ steps, status }: EngagementReport): readonly string[] {
  if (status === 'complete') return [];
  return steps.flatMap((step) => {
    const days = lackingDays(step);
    return days === null ? [] : [`${step.title}: minutes missing of ${days}`];
  });
}
