import { shown } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { changeText } from '#domain/sow/changes.ts';
import { refusedReason } from '#domain/sow/history.ts';
import { notWonReason } from '#domain/sow/stage.ts';
import type { Outcome } from './reconcile.ts';
import { NO_PROCESS_ABOUT_DEALS, noProcessReason, sowTakenReason } from './undecided.ts';

const SHADOW_REASON = 'the policy is "shadow", so nothing is written';

/**
 * Whether a SOW or deal was left alone by settings of ours, so that an older one may still be taken; told by the reason
 * that {@link whyNothing} gave. In a stage that launches nothing it is news all the same: an older one must not launch.
 */
export function wasLeftAlone(reason: string | null): boolean {
  return reason === SHADOW_REASON || reason === NO_PROCESS_ABOUT_DEALS;
}

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
      return outcome.broken
        ? `the files of the process ${shown(outcome.process)} have problems${order}`
        : `there is no process ${shown(outcome.process)}${version}${profile}${order}`;
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
      return SHADOW_REASON;
    case 'paused':
      return 'the engagement is paused; a comment on the epic says why';
    case 'braked':
      return `a brake has stopped it: ${outcome.why}`;
  }
}

/**
 * What a person does so that a SOW or deal that could not be taken is not lost; `null`: it was taken, or waits for nothing.
 * Only its source has it, so that no later look at GitLab would find it.
 */
export function fixOfSow(engagement: EngagementKey, outcome: Outcome): string | null {
  switch (outcome.kind) {
    case 'no-process':
      // Whoever has no process about deals wants none of them launched, whatever the CRM sends.
      return outcome.about === 'deal' && outcome.asked === null && outcome.ids.length === 0
        ? null
        : `Name a process about ${outcome.about === 'deal' ? 'deals in deals.process' : 'SOWs in processes'} of procession.yml and restart the service, then replay this delivery.`;
    case 'unknown-process':
      return outcome.broken
        ? 'Correct them (procession lint names each problem) and restart the service, then replay this delivery.'
        : 'Bring its folder, or its frozen version, under issue_templates and restart the service, then replay this delivery.';
    case 'record-damaged':
      return `Restore the record (procession apply ${engagement} says how), then replay this delivery.`;
    case 'out-of-reach':
      return outcome.why === 'left'
        ? 'Close what is left of it there; then replay this delivery, which launches it in the place of deals.'
        : 'Mend what procession doctor says of it, then replay this delivery.';
    case 'braked':
      return 'Look at the SOW (procession inbox show). When all of that is meant, raise the limit in policy.brakes of procession.yml, restart the service and replay this delivery.';
    case 'other-engagement':
      return 'Give it a number of its own; or apply it as a correction with --same-engagement, then drop this delivery.';
    case 'sow-taken':
      return 'A SOW comes of one deal: correct "sow" in the source, and let it send again; then drop this delivery.';
    case 'sow-refused':
      return outcome.reading.kind === 'conflict'
        ? 'Write into the source what holds now, and let it send again; then drop this delivery.'
        : null;
    case 'applied':
    case 'unchanged':
    case 'absent':
    case 'not-won':
    case 'other-process':
    case 'paused':
    case 'shadow':
      return null;
  }
}
