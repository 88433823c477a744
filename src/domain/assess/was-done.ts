/** What an earlier run has found, as far as people cannot write it themselves. */
import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Identified } from '#domain/record/identify.ts';
import { currentLabel } from './current-label.ts';

/**
 * Whether an earlier run found a closed step to be done. The record says so. The label of its state, which anybody may
 * set, counts only beside a record of a release that kept no ends of steps.
 */
export function wasDone(
  step: StepKey,
  issue: ActualIssue | null,
  { record, opened }: Pick<Identified, 'record' | 'opened'>,
  settings: Pick<Settings, 'labels'>,
): boolean {
  if (issue?.state !== 'closed') return false;
  if (record?.done.has(step) === true) return true;
  const keepsNoEnds = opened.kind === 'ok' && opened.as === 'v1';
  const label = keepsNoEnds ? currentLabel(issue, settings) : null;
  return label === 'done' || label === 'waived';
}
