/**
 * What is wrong with the webhooks that GitLab calls us by, and what to do about it. GitLab does not repeat a
 * failed delivery and disables a hook that keeps failing; both can be repaired through its API.
 *
 * | our hooks                                     | state          | what is done                          |
 * | --------------------------------------------- | -------------- | ------------------------------------- |
 * | the token may not read any                    | not-allowed    | –                                     |
 * | none                                          | absent         | –                                     |
 * | disabled, for a while or for good             | disabled       | a test delivery, once in ten minutes  |
 * | deliveries failed and are not delivered since | failing        | resend, newest first, five a minute   |
 * | no secret, or issue or comment events off     | misconfigured  | –                                     |
 * | deliveries could not be read                  | unknown        | –                                     |
 * | none of these                                 | ok             | –                                     |
 *
 * With several hooks of ours the first line that fits one of them counts.
 *
 * @see https://docs.gitlab.com/user/project/integrations/webhooks/#auto-disabled-webhooks
 */

export type HookScope = 'group' | 'project';

/** A webhook as GitLab has it. `null` where this GitLab is too old to tell. */
export interface ActualHook {
  readonly id: number;
  readonly scope: HookScope;
  /** May hold a secret in its query: show it through {@link shownUrl}. */
  readonly url: string;
  readonly alertStatus: 'executable' | 'temporarily_disabled' | 'disabled';
  /** ISO 8601, UTC. */
  readonly disabledUntil: string | null;
  readonly events: {
    readonly issues: boolean;
    readonly confidentialIssues: boolean;
    readonly notes: boolean;
    readonly confidentialNotes: boolean;
  };
  readonly tokenPresent: boolean | null;
  readonly signingTokenPresent: boolean | null;
}

/** A delivery our side did not answer with 2xx. */
export interface FailedDelivery {
  readonly id: number;
  /** `Idempotency-Key`, the same in every attempt; before GitLab 17.4 one made of the id. */
  readonly key: string;
  /** Where it went; GitLab refuses to resend when the hook's URL is another one since. */
  readonly url: string | null;
  /** `500`, or `internal error` when there was no answer. */
  readonly status: string;
  /** Whether a later attempt was answered with 2xx: a resend, by us or by a person. */
  readonly hasArrived: boolean;
}

/** The worst first. */
export const HOOK_STATES = [
  'not-allowed',
  'absent',
  'disabled',
  'failing',
  'misconfigured',
  'unknown',
  'ok',
] as const;

export type HookState = (typeof HOOK_STATES)[number];

export interface HookReport {
  readonly id: number;
  readonly scope: HookScope;
  readonly url: string;
  readonly state: HookState;
  /** What, why and what to do, one line each. */
  readonly texts: readonly string[];
}

export interface HookHealth {
  readonly state: HookState;
  /** What, why and what to do in one line. */
  readonly text: string;
  readonly hooks: readonly HookReport[];
  /** Hooks that a test delivery of this check has enabled again. */
  readonly enabled: number;
  /** Deliveries that reached us through a resend of this check. */
  readonly resent: number;
  /** Failed deliveries still to resend. */
  readonly left: number;
  /** Failed deliveries no longer tried; the sweep repairs what they would have told. */
  readonly givenUp: number;
  /** What GitLab said last that was not a success. */
  readonly lastError: string | null;
  /** ISO 8601, UTC. */
  readonly checkedAt: string;
}

/** What one check found out about one hook of ours and did to it. */
export interface HookFinding {
  readonly hook: ActualHook;
  /** Of the test delivery; `null` when there was none. */
  readonly test: { readonly isDelivered: boolean; readonly reason: string } | null;
  /** Failed deliveries that remain; `null` when they were not or could not be read. */
  readonly failed: readonly FailedDelivery[] | null;
  readonly resent: number;
  readonly givenUp: number;
}

/** What was already tried with one delivery. */
export interface Resends {
  readonly times: number;
  readonly lastMs: number;
}

/** GitLab allows 5 tests and 5 resends a minute and user, counted apart; here they share. @see https://docs.gitlab.com/api/project_webhooks/ */
export const CALLS_PER_MINUTE = 5;
/** How often one delivery is sent again, over about eight hours, before it is left to the sweep. */
export const MAX_RESENDS = 8;
/** Older deliveries are left to the sweep, in milliseconds. */
export const RESEND_WINDOW_MS = 24 * 3_600_000;
const TEST_INTERVAL_MS = 10 * 60_000;
const MINUTE_MS = 60_000;

/** Whether a hook points at us: at exactly `url` when that is known, else at any host with our path. */
export function isOurs(
  hook: Pick<ActualHook, 'url'>,
  receiver: { readonly url?: string; readonly path: string },
): boolean {
  const { url, path } = receiver;
  return url === undefined ? bare(hook.url).endsWith(bare(path)) : bare(hook.url) === bare(url);
}

/** The URL without what may be secret in it: user, password and query. */
export function shownUrl(url: string): string {
  return bare(url).replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
}

function bare(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/\/+$/, '');
}

export function isDisabled(hook: ActualHook): boolean {
  return hook.alertStatus !== 'executable';
}

/** @param testedAtMs when it was last tested, if ever. */
export function isTestDue(hook: ActualHook, testedAtMs: number | undefined, nowMs: number): boolean {
  return isDisabled(hook) && (testedAtMs === undefined || nowMs - testedAtMs >= TEST_INTERVAL_MS);
}

/** How many tests and resends may still be asked for now. @param callsMs instants of the earlier ones. */
export function roomForCalls(callsMs: readonly number[], nowMs: number): number {
  return Math.max(0, CALLS_PER_MINUTE - callsMs.filter((at) => nowMs - at < MINUTE_MS).length);
}

/** Whether to send again, now or later: not tried often, and still to the address the hook has. */
export function isWorthResending(
  hook: Pick<ActualHook, 'url'>,
  delivery: Pick<FailedDelivery, 'url'>,
  earlier: Resends | undefined,
): boolean {
  return (earlier?.times ?? 0) < MAX_RESENDS && (delivery.url === null || delivery.url === hook.url);
}

/** The first time at once, then 2, 4, 8, … minutes after the last: one that always fails must not get the hook disabled. */
export function isResendDue(earlier: Resends | undefined, nowMs: number): boolean {
  return earlier === undefined || nowMs - earlier.lastMs >= 2 ** earlier.times * MINUTE_MS;
}

/** A report per hook. Events count as subscribed when any of the hooks sends them. */
export function reportHooks(findings: readonly HookFinding[]): readonly HookReport[] {
  const missing = missingEvents(findings.map(({ hook }) => hook));
  return findings.map((finding) => {
    const { id, scope, url } = finding.hook;
    const parts = [disabledPart, failingPart, misconfiguredPart, confidentialPart].flatMap((part) =>
      part(finding, missing),
    );
    const state = worst(parts.map((part) => part.state));
    return { id, scope, url: shownUrl(url), state, texts: parts.map((part) => part.text) };
  });
}

interface Part {
  readonly state: HookState;
  readonly text: string;
}

function disabledPart({ hook, test }: HookFinding): readonly Part[] {
  if (!isDisabled(hook)) return [];
  const what =
    hook.alertStatus === 'disabled' ? 'for good' : `until ${hook.disabledUntil ?? 'a time it does not tell'}`;
  if (test?.isDelivered === true)
    return [
      {
        state: 'ok',
        text: `GitLab had disabled it ${what} after failed deliveries; a test delivery enabled it again. What happened meanwhile was never sent; a sweep looks for it.`,
      },
    ];
  const why = test === null ? '' : ` The test delivery failed: ${test.reason}`;
  return [
    {
      state: 'disabled',
      text: `GitLab has disabled it ${what} after failed deliveries.${why} Make the service reachable at this URL; a test delivery is tried every 10 minutes.`,
    },
  ];
}

function failingPart(finding: HookFinding): readonly Part[] {
  const { failed, resent, givenUp } = finding;
  if (failed === null) {
    const text = 'Its deliveries could not be read; they are asked for again next time.';
    return isWorking(finding) ? [{ state: 'unknown', text }] : [];
  }
  const parts: Part[] = [];
  if (resent > 0)
    parts.push({
      state: 'ok',
      text: `${count(resent, 'failed delivery was', 'failed deliveries were')} resent and arrived.`,
    });
  const [newest] = failed;
  if (newest !== undefined)
    parts.push({
      state: 'failing',
      text: `${count(failed.length, 'delivery', 'deliveries')} failed (the newest: ${newest.status}) and will be resent. ${adviceFor(newest.status)}`,
    });
  if (givenUp > 0)
    parts.push({
      state: 'failing',
      text: `${count(givenUp, 'failed delivery is', 'failed deliveries are')} not resent any more (too often, or the hook's URL was changed since); the sweep repairs what they told. Nothing is to do if a sweep is scheduled.`,
    });
  return parts;
}

/** Whether GitLab delivers through it now. */
export function isWorking({ hook, test }: Pick<HookFinding, 'hook' | 'test'>): boolean {
  return !isDisabled(hook) || test?.isDelivered === true;
}

function misconfiguredPart({ hook }: HookFinding, missing: readonly string[]): readonly Part[] {
  const texts: string[] = [];
  if (hook.tokenPresent === false && hook.signingTokenPresent !== true)
    texts.push(
      'It has neither a secret token nor a signing token, so its deliveries are refused. Set one that is in GITLAB_WEBHOOK_SECRETS.',
    );
  if (missing.length > 0)
    texts.push(
      `No webhook sends ${missing.join(' and ')}, so changes are only seen by the sweep. Tick them in its settings.`,
    );
  return texts.map((text) => ({ state: 'misconfigured', text }));
}

/** Only a hint: a process may do without confidential issues. */
function confidentialPart({ hook }: HookFinding): readonly Part[] {
  const { issues, confidentialIssues } = hook.events;
  if (!issues || confidentialIssues) return [];
  return [
    {
      state: 'ok',
      text: 'It does not send confidential issue events, so changes of confidential issues are only seen by the sweep.',
    },
  ];
}

function missingEvents(hooks: readonly ActualHook[]): readonly string[] {
  return [
    ...(hooks.some(({ events }) => events.issues) ? [] : ['issue events']),
    ...(hooks.some(({ events }) => events.notes) ? [] : ['comment events']),
  ];
}

function adviceFor(status: string): string {
  if (status === '401')
    return "Check that the hook's secret is one of GITLAB_WEBHOOK_SECRETS of the service.";
  if (status === '413') return 'Check the body limit of any proxy in front of the service.';
  if (status.startsWith('4')) return "Check the hook's URL and any proxy in front of the service.";
  if (status.startsWith('5')) return "Look into the service's log for the reason.";
  return 'Check that GitLab can reach the service: address, firewall, certificate.';
}

/** The state that matters most; `ok` for none. */
export function worst(states: readonly HookState[]): HookState {
  return HOOK_STATES.find((state) => states.includes(state)) ?? 'ok';
}

/** Whether events are lost while a hook is in this state: GitLab keeps nothing for a disabled one, and gives up on what fails for long. */
export function losesEvents(state: HookState): boolean {
  return state === 'disabled' || state === 'failing' || state === 'absent';
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
