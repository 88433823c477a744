import type { Health } from '#domain/assess/health.ts';
import type { Outlook } from '#domain/assess/outlook.ts';
import type { Assessment } from '#domain/assess/step-status.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { DriftMemory } from '#domain/engagement/drift-memory.ts';
import type { HolderKind } from '#domain/engagement/state.ts';
import { dueDates } from '#domain/process/due-dates.ts';

/** What the managed blocks are made of. */
export interface BlockContext extends Outlook {
  readonly holder: HolderKind;
  /** What was put back or left; only the epic's block needs it. */
  readonly drift?: DriftMemory;
  /** Steps that have an issue and that the SOW no longer asks for; only the epic's block needs it. */
  readonly leftovers?: readonly { readonly key: StepKey; readonly title: string }[];
  /** Absent where the epic is not written. */
  readonly health?: Health;
}

/** The context of blocks when nothing is pending. */
export function blockContext(
  assessment: Assessment,
  settings: Settings,
  holder: HolderKind = 'epic',
): BlockContext {
  const steps = assessment.steps.map(({ step }) => step);
  return { assessment, settings, holder, plannedDue: dueDates(steps, assessment.sow, settings.calendar) };
}
