import { appoint } from '#domain/assess/appointments.ts';
import { type AssessInput, assess } from '#domain/assess/assess.ts';
import type { Assessment } from '#domain/assess/step-status.ts';
import type { Said } from '#domain/plan/input.ts';
import { effectsOwed } from '#domain/rulings/one-time-effects.ts';
import { NO_RULINGS, type Rulings } from '#domain/rulings/rulings.ts';
import { settleRulings } from '#domain/rulings/settle.ts';
import type { GitLab } from '#ports/gitlab.ts';
import type { CommentLook } from './comment-look.ts';
import { readComments } from './read-comments.ts';
import { readLabelApprovals } from './read-label-approvals.ts';
import { readRuns, type StartedRuns } from './read-runs.ts';

/** Assessment that people's comments have had their part in. */
export interface Assessed {
  readonly assessment: Assessment;
  readonly said: Said;
}

/**
 * Assesses the facts together with what people have ruled: as recorded in the epic, and in comments not followed yet.
 * Reads only.
 */
export async function assessWithComments(
  gitlab: GitLab,
  facts: Omit<AssessInput, 'rulings'>,
  options: {
    readonly look: CommentLook;
    readonly started: StartedRuns;
    readonly now: string;
  },
): Promise<Assessed> {
  const { found, settings, today } = facts;
  const { look, started, now } = options;
  const recorded = found.record?.rulings ?? NO_RULINGS;
  const settled = settleRulings(recorded, found.issues, today);
  const [runs, approvals] = await Promise.all([
    readRuns(gitlab, { ...facts, now, rulings: settled }, started),
    readLabelApprovals(gitlab, { ...facts, rulings: settled }),
  ]);
  const rulings: Rulings = { ...settled, runs, approvals: [...approvals] };
  const before = assess({ ...facts, rulings });
  const followed = await readComments(gitlab, { look, found, rulings, assessment: before, settings });
  const ruled = followed === null ? before : assess({ ...facts, rulings: followed.rulings });
  const { answers, effects } = followed ?? { answers: [], effects: effectsOwed(rulings) };
  const { assessment, roles } = appoint(ruled, settings);
  const allEffects = { ...effects, roles: [...new Set([...effects.roles, ...roles])] };
  return { assessment, said: { followed: { answers, effects: allEffects }, recorded } };
}
