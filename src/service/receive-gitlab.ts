/** `POST /webhooks/gitlab`: every authentic delivery gets 2xx, because GitLab disables a webhook that fails. */
import { hash } from 'node:crypto';
import { canonicalJson } from '#domain/base/record-line.ts';
import type { Inbox, NewDelivery, StoredDelivery } from '#ports/inbox.ts';
import type { DeliveryOutcome } from './answer.ts';
import { type GitLabDelivery, type GitLabDeliveryContext, readGitLabDelivery } from './gitlab-delivery.ts';
import { type AuthenticDelivery, type Receiver, storeFailed } from './receive.ts';
import { toDedupeKey } from './request-id.ts';
import type { Verify } from './verdict.ts';

type DeliveryInbox = Pick<Inbox, 'put' | 'quarantine' | 'find'>;

/** Inbox, proof, limit and knowledge of GitLab's webhook. */
export interface GitLabReceiverDeps {
  readonly inbox: DeliveryInbox;
  readonly verify: Verify;
  readonly limitBytes: number;
  readonly ownUser: () => GitLabDeliveryContext['ownUser'];
  readonly isOwnWrite: GitLabDeliveryContext['isOwnWrite'];
  readonly engagementOfIssue: GitLabDeliveryContext['engagementOfIssue'];
}

type Waking = Extract<GitLabDelivery, { readonly kind: 'wake' | 'note' }>;
type Odd = Extract<GitLabDelivery, { readonly kind: 'unknown' | 'malformed' }>;

/**
 * 202 stored (also what is unknown or malformed, as a dead letter), 200 when there is nothing to do, 503 when the
 * store fails.
 */
export function createGitLabReceiver(deps: GitLabReceiverDeps): Receiver {
  const { inbox, verify, limitBytes, ownUser, isOwnWrite, engagementOfIssue } = deps;
  return {
    source: 'gitlab',
    verify,
    limitBytes,
    async take(delivery) {
      const read = readBody(delivery.bytes, { ownUser: ownUser(), isOwnWrite, engagementOfIssue });
      try {
        return await act(inbox, delivery, read);
      } catch (error) {
        return storeFailed(error);
      }
    },
  };
}

const OWN: DeliveryOutcome = { status: 200, result: 'own' };

function act(
  inbox: DeliveryInbox,
  delivery: AuthenticDelivery,
  read: GitLabDelivery,
): DeliveryOutcome | Promise<DeliveryOutcome> {
  switch (read.kind) {
    case 'ours':
      return OWN;
    case 'ignored':
      return { status: 200, result: 'ignored', log: { why: read.why } };
    case 'unknown':
    case 'malformed':
      return quarantine(inbox, delivery, read);
    case 'wake':
    case 'note':
      return store(inbox, delivery, read);
  }
}

async function store(
  inbox: DeliveryInbox,
  delivery: AuthenticDelivery,
  read: Waking,
): Promise<DeliveryOutcome> {
  const key = dedupeKeyOf(delivery);
  const { requestId, receivedAt } = delivery;
  const puts = read.engagements.map(
    // One delivery may wake several engagements: each is worked on for itself.
    (engagement, index): NewDelivery => ({
      source: 'gitlab',
      dedupeKey: index === 0 ? key : `${key} ${engagement}`,
      kind: read.kind,
      engagement,
      payload: read.payload,
      receivedAt,
      requestId,
    }),
  );
  const results = await Promise.all(puts.map((it) => put(inbox, it, delivery.bytes)));
  const log = { engagement: read.engagements.join(' ') };
  return results.includes('stored')
    ? { status: 202, result: 'stored', log }
    : { status: 200, result: 'duplicate', log };
}

/** One id for two events wakes both engagements: a look too many costs nothing, one that is lost waits for a sweep. */
async function put(
  inbox: DeliveryInbox,
  delivery: NewDelivery,
  bytes: Buffer,
): Promise<'stored' | 'duplicate'> {
  const result = await inbox.put(delivery);
  if (result === 'stored') return result;
  const known = await inbox.find('gitlab', delivery.dedupeKey);
  if (known === null || isSameEvent(known, delivery)) return result;
  return await inbox.put({ ...delivery, dedupeKey: `${delivery.dedupeKey} ${digestOf(bytes)}` });
}

async function quarantine(
  inbox: DeliveryInbox,
  delivery: AuthenticDelivery,
  { kind, why }: Odd,
): Promise<DeliveryOutcome> {
  const { bytes, requestId, receivedAt } = delivery;
  const result = await inbox.quarantine({
    source: 'gitlab',
    // Not the key itself: sent again to a release that knows the event, it must not be a duplicate.
    dedupeKey: `${kind}:${dedupeKeyOf(delivery)}`,
    kind: 'unknown',
    engagement: null,
    reason: `${kind}: ${why}`,
    payload: { bytes: bytes.length, digest: digestOf(bytes) },
    receivedAt,
    requestId,
  });
  return result === 'stored'
    ? { status: 202, result: kind, log: { why } }
    : { status: 200, result, log: { why } };
}

function readBody(bytes: Buffer, context: GitLabDeliveryContext): GitLabDelivery {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    return { kind: 'malformed', why: bytes.length === 0 ? 'an empty body' : 'not JSON' };
  }
  return readGitLabDelivery(value, context);
}

/**
 * What GitLab repeats when a delivery is sent again. A signed id comes first: `Idempotency-Key` has the same value
 * but no proof, and a copy of a delivery could carry another one.
 */
function dedupeKeyOf({ signedId, header, bytes }: AuthenticDelivery): string {
  const id = signedId ?? header('idempotency-key') ?? header('webhook-id') ?? header('x-gitlab-webhook-uuid');
  return id === undefined || id === '' ? `sha256:${digestOf(bytes)}` : toDedupeKey(id);
}

function isSameEvent(known: StoredDelivery, { engagement, payload }: NewDelivery): boolean {
  return known.engagement === engagement && canonicalJson(known.payload) === canonicalJson(payload);
}

function digestOf(bytes: Buffer): string {
  return hash('sha256', bytes);
}
