/** Webhooks of GitLab, and which of them call us. */

/** Place that a webhook belongs to. */
export type HookScope = 'group' | 'project';

/** Webhook as GitLab has it. `null` where this GitLab is too old to tell. */
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

/** Delivery that our side did not answer with 2xx. */
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

/** Says whether a hook points at us: at exactly `url` when that is known, else at any host with our path. */
export function isOurs(
  hook: Pick<ActualHook, 'url'>,
  receiver: { readonly url?: string; readonly path: string },
): boolean {
  const { url, path } = receiver;
  return url === undefined ? bare(hook.url).endsWith(bare(path)) : bare(hook.url) === bare(url);
}

/** URL without what may be secret in it: user, password and query. */
export function shownUrl(url: string): string {
  return bare(url).replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
}

function bare(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/\/+$/, '');
}

/** Says whether GitLab sends nothing through a hook, for a while or for good. */
export function isDisabled(hook: ActualHook): boolean {
  return hook.alertStatus !== 'executable';
}

/** Words for how long a hook stays disabled: `for good`, `until 2026-03-02T09:01:00.000Z`. */
export function disabledFor({ alertStatus, disabledUntil }: ActualHook): string {
  return alertStatus === 'disabled' ? 'for good' : `until ${disabledUntil ?? 'a time it does not tell'}`;
}

/** Says whether GitLab tells that deliveries of a hook can be proven by nothing. */
export function hasNoSecret({ tokenPresent, signingTokenPresent }: ActualHook): boolean {
  return tokenPresent === false && signingTokenPresent !== true;
}
