/**
 * What can be said of the webhooks that GitLab calls us by, as two tables; `docs/setup.md` prints them. GitLab does not
 * repeat a failed delivery and disables a hook that keeps failing; both can be repaired through its API.
 *
 * @see https://docs.gitlab.com/user/project/integrations/webhooks/#auto-disabled-webhooks
 */

import type { Found } from '#domain/base/sentence.ts';
import { counted } from '#domain/base/sentence.ts';
import {
  type ActualHook,
  disabledFor,
  type FailedDelivery,
  type HookScope,
  hasNoSecret,
  isDisabled,
} from './actual-hook.ts';

/** States of our webhooks, the worst first. */
export const HOOK_STATES = [
  'not-allowed',
  'absent',
  'disabled',
  'failing',
  'misconfigured',
  'unknown',
  'ok',
] as const;

/** State of our webhooks: `disabled`. */
export type HookState = (typeof HOOK_STATES)[number];

/** Look at one hook of ours: what was seen, and what was done to the hook. */
export interface HookLook {
  readonly hook: ActualHook;
  /** Of the test delivery; `null` when there was none. */
  readonly test: { readonly isDelivered: boolean; readonly reason: string } | null;
  /** Failed deliveries that remain; `null` when they were not or could not be read. */
  readonly failed: readonly FailedDelivery[] | null;
  readonly resent: number;
  readonly givenUp: number;
}

/** Search for hooks of ours that found none. */
export interface HookSearch {
  readonly kind: 'unanswered' | 'not-allowed' | 'none';
  /** Where a hook of ours would point. */
  readonly address: string;
  /** Whose hooks the token may not read; one of ours may be among them. */
  readonly unseen: readonly HookScope[];
  /** When GitLab last delivered something, as far as is known and not long ago: ISO 8601, UTC. */
  readonly delivered: string | null;
}

/** Row of a table: a sentence about our hooks, and the state it stands for. `ok` only tells. */
export interface HookRule<Facts> {
  readonly state: HookState;
  readonly applies: (facts: Facts) => Found;
  /** What, why and what to do, with places for details. */
  readonly says: string;
}

interface HookFacts extends HookLook {
  /** Events that no hook of ours sends. */
  readonly missing: readonly string[];
}

const DISABLED = 'GitLab has disabled it {howLong} after failed deliveries.';
const REACHABLE = 'Make the service reachable at this URL; a test delivery is tried every 10 minutes.';

/** Rules about one hook of ours. All that apply are told; the worst state counts. */
export const HOOK_RULES: readonly HookRule<HookFacts>[] = [
  {
    state: 'ok',
    applies: ({ hook, test }) =>
      isDisabled(hook) && test?.isDelivered === true && { howLong: disabledFor(hook) },
    says: 'GitLab had disabled it {howLong} after failed deliveries; a test delivery enabled it again. What happened meanwhile was never sent; a sweep looks for it.',
  },
  {
    state: 'disabled',
    applies: ({ hook, test }) => isDisabled(hook) && test === null && { howLong: disabledFor(hook) },
    says: `${DISABLED} ${REACHABLE}`,
  },
  {
    state: 'disabled',
    applies: ({ hook, test }) =>
      isDisabled(hook) && test?.isDelivered === false && { howLong: disabledFor(hook), reason: test.reason },
    says: `${DISABLED} The test delivery failed: {reason} ${REACHABLE}`,
  },
  {
    state: 'unknown',
    applies: (facts) => facts.failed === null && isWorking(facts),
    says: 'Its deliveries could not be read; they are asked for again next time.',
  },
  {
    state: 'ok',
    applies: ({ failed, resent }) =>
      failed !== null &&
      resent > 0 && { deliveries: counted(resent, 'failed delivery was', 'failed deliveries were') },
    says: '{deliveries} resent and arrived.',
  },
  {
    state: 'failing',
    applies: ({ failed }) => {
      const newest = failed?.[0];
      if (failed === null || newest === undefined) return false;
      const deliveries = counted(failed.length, 'delivery', 'deliveries');
      return { deliveries, status: newest.status, advice: adviceFor(newest.status) };
    },
    says: '{deliveries} failed (the newest: {status}) and will be resent. {advice}',
  },
  {
    state: 'failing',
    applies: ({ failed, givenUp }) =>
      failed !== null &&
      givenUp > 0 && { deliveries: counted(givenUp, 'failed delivery is', 'failed deliveries are') },
    says: "{deliveries} not resent any more (too often, or the hook's URL was changed since); the sweep repairs what they told. Nothing is to do if a sweep is scheduled.",
  },
  {
    state: 'misconfigured',
    applies: ({ hook }) => hasNoSecret(hook),
    says: 'It has neither a secret token nor a signing token, so its deliveries are refused. Set one that is in GITLAB_WEBHOOK_SECRETS.',
  },
  {
    state: 'misconfigured',
    applies: ({ missing }) => missing.length > 0 && { events: missing.join(' and ') },
    says: 'No webhook sends {events}, so changes are only seen by the sweep. Tick them in its settings.',
  },
  {
    // Only a hint: a process may do without confidential issues.
    state: 'ok',
    applies: ({ hook: { events } }) => events.issues && !events.confidentialIssues,
    says: 'It does not send confidential issue events, so changes of confidential issues are only seen by the sweep.',
  },
];

const ADD_ONE =
  'so changes are only seen by the sweep. Add one in GitLab with issue and comment events and a secret (docs/operations.md).';

/** Rules about a search that found no hook of ours. One of them applies. */
export const SEARCH_RULES: readonly HookRule<HookSearch>[] = [
  {
    state: 'unknown',
    applies: ({ kind }) => kind === 'unanswered',
    says: 'GitLab could not be asked for its webhooks; see the last error.',
  },
  {
    state: 'ok',
    applies: ({ kind, delivered }) => kind !== 'unanswered' && delivered !== null && { at: delivered },
    says: 'GitLab reaches us: the last delivery came at {at}. Its webhook is not among those that this token may read, so a disabled one would stay unnoticed; to have it watched, give its user the role Maintainer in the project (Owner in the group for group webhooks).',
  },
  {
    state: 'not-allowed',
    applies: ({ kind, delivered }) => kind === 'not-allowed' && delivered === null,
    says: 'The token may not read webhooks, so a disabled one would stay unnoticed. Give its user the role Maintainer in the project (Owner in the group for group webhooks).',
  },
  {
    state: 'absent',
    applies: (search) => isAbsent(search, []) && { address: search.address },
    says: `No webhook points to {address}, ${ADD_ONE}`,
  },
  {
    state: 'absent',
    applies: (search) => isAbsent(search, ['group']) && { address: search.address },
    says: `No project webhook points to {address}, ${ADD_ONE} Webhooks of the group may not be read with this token: if ours is there, its user needs the role Owner there to have it watched.`,
  },
  {
    state: 'absent',
    applies: (search) => isAbsent(search, ['project']) && { address: search.address },
    says: `No group webhook points to {address}, ${ADD_ONE} Webhooks of the project may not be read with this token: if ours is there, its user needs the role Maintainer there to have it watched.`,
  },
];

/** Says whether GitLab delivers through a hook now. */
export function isWorking({ hook, test }: Pick<HookLook, 'hook' | 'test'>): boolean {
  return !isDisabled(hook) || test?.isDelivered === true;
}

/** @param where the only place that could not be read */
function isAbsent({ kind, unseen, delivered }: HookSearch, where: readonly HookScope[]): boolean {
  return kind === 'none' && delivered === null && unseen.join() === where.join();
}

function adviceFor(status: string): string {
  if (status === '401')
    return "Check that the hook's secret is one of GITLAB_WEBHOOK_SECRETS of the service.";
  if (status === '413') return 'Check the body limit of any proxy in front of the service.';
  if (status.startsWith('4')) return "Check the hook's URL and any proxy in front of the service.";
  if (status.startsWith('5')) return "Look into the service's log for the reason.";
  return 'Check that GitLab can reach the service: address, firewall, certificate.';
}
