import type { Assessment } from '#domain/assess/assess.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { HolderKind } from '#domain/engagement/state.ts';
import { dueDates } from '#domain/process/due-dates.ts';
import type { BlockContext } from './blocks.ts';

/** What the managed blocks are made of, when nothing is pending. */
export function blockContext(
  assessment: Assessment,
  settings: Settings,
  holder: HolderKind = 'epic',
): BlockContext {
  const steps = assessment.steps.map(({ step }) => step);
  return { assessment, settings, holder, plannedDue: dueDates(steps, assessment.sow, settings.calendar) };
}
