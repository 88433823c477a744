import { shown } from '#domain/base/input-problem.ts';
import { changeText } from '#domain/sow/changes.ts';
import { refusedReason } from '#domain/sow/history.ts';
import { notWonReason } from '#domain/sow/stage.ts';
import type { Outcome } from './reconcile.ts';
import { noProcessReason, sowTakenReason } from './undecided.ts';

/**
 * Reason why a look at an engagement changed nothing that it was to change; `null` when all is as it should be. One
 * line.
 */
export function whyNothing(outcome: Outcome): string | null {
  switch (outcome.kind) {
    case 'applied':
    case 'unchanged':
      return null;
    case 'absent':
      return 'there is no engagement with this number in GitLab';
    case 'not-won':
      return notWonReason(outcome.stage, outcome.starts);
    case 'no-process':
      return noProcessReason(outcome);
    case 'record-damaged':
      return outcome.reason;
    case 'out-of-reach':
      if (outcome.why === 'left')
        return `it is open in ${outcome.reference}, where deals do not live any more`;
      return `the issue ${outcome.reference} stands for this engagement, and cannot be trusted or seen; procession doctor says more`;
    case 'unknown-process': {
      const profile = outcome.profile === null ? '' : ` with profile ${shown(outcome.profile)}`;
      const version = outcome.version === null ? '' : ` version ${outcome.version}`;
      const order =
        outcome.reopened.length === 0
          ? ''
          : `; by the record alone open again: ${outcome.reopened.join(', ')}`;
      return `there is no process ${shown(outcome.process)}${version}${profile}${order}`;
    }
    case 'other-process':
      return `it runs by the process ${outcome.process}, not ${outcome.asked}`;
    case 'other-engagement':
      return `the SOW looks like another one with this number: ${outcome.changes.map(changeText).join('; ')}`;
    case 'sow-refused':
      return refusedReason(outcome.reading);
    case 'sow-taken':
      return sowTakenReason(outcome);
    case 'shadow':
      return 'the policy is "shadow", so nothing is written';
    case 'paused':
      return 'the engagement is paused; a comment on the epic says why';
    case 'braked':
      return `a brake has stopped it: ${outcome.why}`;
  }
}
