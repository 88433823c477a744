import type { Assessment } from './assess.ts';
import type { BlockContext } from './blocks.ts';
import { dueDates } from './due-dates.ts';
import type { Settings } from './settings.ts';
import type { HolderKind } from './state.ts';

/** What the managed blocks are made of, when nothing is pending. */
export function blockContext(
  assessment: Assessment,
  settings: Settings,
  holder: HolderKind = 'epic',
): BlockContext {
  const steps = assessment.steps.map(({ step }) => step);
  return { assessment, settings, holder, plannedDue: dueDates(steps, assessment.sow, settings.calendar) };
}
