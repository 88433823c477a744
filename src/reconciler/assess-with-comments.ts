import { appoint } from '#domain/appointments.ts';
import { type AssessInput, type Assessment, assess } from '#domain/assess.ts';
import type { Followed } from '#domain/follow-comments.ts';
import { effectsOwed } from '#domain/one-time-effects.ts';
import { decodeRulings, NO_RULINGS, type Rulings } from '#domain/rulings.ts';
import { settleRulings } from '#domain/settle-rulings.ts';
import type { GitLab } from '#ports/gitlab.ts';
import type { CommentLook } from './comment-look.ts';
import { readComments } from './read-comments.ts';

export interface Heard {
  readonly assessment: Assessment;
  /** What is to be done once: by comments now or while the engagement was stopped, or by a finished step that appoints. */
  readonly followed: Pick<Followed, 'answers' | 'effects'>;
  /** What was read in comments; `null` when none was. */
  readonly heard: Followed | null;
  /** How far comments had been read when the epic was last written. */
  readonly readings: Rulings['readings'];
}

/**
 * What the facts say together with what people have ruled: as recorded in the epic, and in comments not followed yet. Reads only.
 *
 * @param heard what comments have asked for, where that is known already: then none is read
 */
export async function assessWithComments(
  gitlab: GitLab,
  facts: Omit<AssessInput, 'rulings'>,
  { look, heard }: { readonly look: CommentLook; readonly heard?: Followed | null | undefined },
): Promise<Heard> {
  const { found, settings, today } = facts;
  const recorded = found.epic === null ? NO_RULINGS : decodeRulings(found.epic.description);
  const rulings = settleRulings(recorded, found.issues, today);
  const before = assess({ ...facts, rulings });
  const followed =
    heard === undefined
      ? await readComments(gitlab, { look, found, rulings, assessment: before, settings })
      : heard;
  const ruled = followed === null ? before : assess({ ...facts, rulings: followed.rulings });
  const { assessment, roles } = appoint(ruled, settings);
  const { answers = [], effects = effectsOwed(rulings) } = followed ?? {};
  return {
    assessment,
    followed: { answers, effects: { ...effects, roles: [...new Set([...effects.roles, ...roles])] } },
    heard: followed,
    readings: recorded.readings,
  };
}
