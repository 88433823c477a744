import { appoint } from '#domain/appointments.ts';
import { type AssessInput, type Assessment, assess } from '#domain/assess.ts';
import type { Followed } from '#domain/follow-comments.ts';
import { effectsOwed } from '#domain/one-time-effects.ts';
import { decodeRulings, NO_RULINGS, type Rulings } from '#domain/rulings.ts';
import type { Settings } from '#domain/settings.ts';
import { settleRulings } from '#domain/settle-rulings.ts';
import type { GitLab } from '#ports/gitlab.ts';
import type { CommentLook } from './comment-look.ts';
import { readComments } from './read-comments.ts';
import { readLabelApprovals } from './read-label-approvals.ts';
import { readRuns, type StartedRuns } from './read-runs.ts';

export interface Heard {
  readonly assessment: Assessment;
  /** What is to be done once: by comments now or while the engagement was stopped, or by a finished step that appoints. */
  readonly followed: Pick<Followed, 'answers' | 'effects'>;
  /** What people have ruled by now, before a finished step appoints. */
  readonly heard: Followed;
  /** The rulings as the epic had them when it was last written. */
  readonly recorded: Rulings;
}

/**
 * What the facts say together with what people have ruled: as recorded in the epic, and in comments not followed yet. Reads only.
 *
 * @param options.heard what had been ruled, of a decision that is made again: then nothing is read
 */
export async function assessWithComments(
  gitlab: GitLab,
  facts: Omit<AssessInput, 'rulings'>,
  options: {
    readonly look: CommentLook;
    readonly started: StartedRuns;
    readonly now: string;
    readonly heard?: Followed | undefined;
  },
): Promise<Heard> {
  const { found, settings, today } = facts;
  const { look, started, now, heard } = options;
  const recorded = found.epic === null ? NO_RULINGS : decodeRulings(found.epic.description);
  if (heard !== undefined)
    return withRoles(assess({ ...facts, rulings: heard.rulings }), { heard, settings, recorded });
  const settled = settleRulings(recorded, found.issues, today);
  const [runs, approvals] = await Promise.all([
    readRuns(gitlab, { ...facts, now, rulings: settled }, started),
    readLabelApprovals(gitlab, { ...facts, rulings: settled }),
  ]);
  const rulings: Rulings = { ...settled, runs, approvals: [...approvals] };
  const before = assess({ ...facts, rulings });
  const followed = await readComments(gitlab, { look, found, rulings, assessment: before, settings });
  if (followed !== null)
    return withRoles(assess({ ...facts, rulings: followed.rulings }), {
      heard: followed,
      settings,
      recorded,
    });
  const owed: Followed = { rulings, answers: [], effects: effectsOwed(rulings) };
  return withRoles(before, { heard: owed, settings, recorded });
}

function withRoles(
  ruled: Assessment,
  { heard, settings, recorded }: Pick<Heard, 'heard' | 'recorded'> & { readonly settings: Settings },
): Heard {
  const { assessment, roles } = appoint(ruled, settings);
  const { answers, effects } = heard;
  const followed = { answers, effects: { ...effects, roles: [...new Set([...effects.roles, ...roles])] } };
  return { assessment, followed, heard, recorded };
}
