import type { Health } from '#domain/assess/health.ts';
import type { Outlook } from '#domain/assess/outlook.ts';
import type { Assessment } from '#domain/assess/step-status.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { DriftMemory } from '#domain/engagement/drift-memory.ts';
import type { HolderKind } from '#domain/engagement/state.ts';
import { dueDates } from '#domain/process/due-dates.ts';

/** Everything that the managed blocks of an engagement say. */
export interface BlockContext extends Outlook {
  readonly holder: HolderKind;
  /** Drift that was put back or left, for the epic's block. */
  readonly drift?: DriftMemory;
  /** Steps with an issue that the SOW no longer asks for, for the epic's block. */
  readonly leftovers?: readonly { readonly key: StepKey; readonly title: string }[];
  /** How often steps were closed although something was missing, for the notes about it; absent: not counted. */
  readonly wrongCloses?: ReadonlyMap<StepKey, number>;
  /** Health of the epic; absent where no epic is written. */
  readonly health?: Health;
}

/**
 * Where people comment, said in the holder of an engagement: GitLab sends no event for a comment on an epic.
 *
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/#comment-events
 */
export function whereToComment(holder: HolderKind): string {
  return holder === 'epic'
    ? 'on any issue of this engagement (at once) or here (with the next sweep)'
    : 'here or on any issue of this engagement';
}

/** Makes the context of blocks while no change is pending. */
export function blockContext(
  assessment: Assessment,
  settings: Settings,
  holder: HolderKind = 'epic',
): BlockContext {
  const steps = assessment.steps.map(({ step }) => step);
  return { assessment, settings, holder, plannedDue: dueDates(steps, assessment.sow, settings.calendar) };
}
