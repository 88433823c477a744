/** `POST /webhooks/crm`: a SOW or a deal as JSON. Whoever filled in the CRM sees every problem of it at once. */

import { hash } from 'node:crypto';
import type { InputProblem } from '#domain/base/input-problem.ts';
import type { EngagementKey, SubjectKind } from '#domain/base/keys.ts';
import { canonicalJson } from '#domain/base/record-line.ts';
import { counted } from '#domain/base/sentence.ts';
import type { DealSettings } from '#domain/base/settings.ts';
import { isDealShaped } from '#domain/sow/read-deal.ts';
import { LAUNCH_STAGE, notWonReason } from '#domain/sow/stage.ts';
import { isDeal, keyOf, type Subject } from '#domain/sow/subject.ts';
import type { Inbox, NewDelivery, StoredDelivery } from '#ports/inbox.ts';
import type { DeliveryOutcome } from './answer.ts';
import { type AuthenticDelivery, type Receiver, storeFailed } from './receive.ts';
import { toDedupeKey } from './request-id.ts';
import { readSowBody, type SowBody } from './sow-body.ts';
import type { Verify } from './verdict.ts';

/** Inbox, proof and limit of the CRM's webhook. */
export interface CrmReceiverDeps {
  readonly inbox: Pick<Inbox, 'put' | 'quarantine' | 'find'>;
  readonly verify: Verify;
  readonly limitBytes: number;
  readonly deals: DealSettings;
}

/** A problem as the answer shows it. */
type ShownProblem = Pick<InputProblem, 'path' | 'message' | 'fix'>;

const NOUNS = { sow: 'SOW', deal: 'deal' } as const satisfies Readonly<Record<SubjectKind, string>>;

type ReadBody =
  | { readonly kind: 'sow'; readonly sow: Subject; readonly warnings: readonly ShownProblem[] }
  | {
      readonly kind: 'invalid';
      readonly about: SubjectKind;
      readonly named: EngagementKey | null;
      readonly problems: readonly ShownProblem[];
      readonly warnings: readonly ShownProblem[];
    };

/** 202 stored, 200 sent before, 409 for another SOW under a known id (kept as a dead letter), 422 with every problem (and the body kept as a dead letter), 503 when the store fails. */
export function createCrmReceiver({ inbox, verify, limitBytes, deals }: CrmReceiverDeps): Receiver {
  return {
    source: 'crm',
    verify,
    limitBytes,
    async take(delivery) {
      const read = shownBody(readSowBody(delivery.bytes, deals));
      try {
        return read.kind === 'sow' ? await store(inbox, delivery, read) : await refuse(inbox, delivery, read);
      } catch (error) {
        return storeFailed(error);
      }
    },
  };
}

async function store(
  inbox: CrmReceiverDeps['inbox'],
  delivery: AuthenticDelivery,
  { sow, warnings }: Extract<ReadBody, { kind: 'sow' }>,
): Promise<DeliveryOutcome> {
  const engagement = keyOf(sow);
  const { receivedAt, requestId } = delivery;
  const wanted: NewDelivery = {
    source: 'crm',
    dedupeKey: dedupeKeyOf(delivery),
    kind: 'sow',
    engagement,
    payload: sow,
    receivedAt,
    requestId,
  };
  const result = await inbox.put(wanted);
  const known = result === 'duplicate' ? await inbox.find('crm', wanted.dedupeKey) : null;
  if (known !== null && digestOf(known.payload) !== digestOf(sow))
    return await contradict(inbox, wanted, known);
  const body = {
    engagement,
    // Whether an engagement of this number runs already is not known here.
    // Which stages of a deal launch the settings and processes say.
    ...(isDeal(sow) || sow.stage === LAUNCH_STAGE ? {} : { launches: false, why: notWonReason(sow.stage) }),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
  return { status: result === 'stored' ? 202 : 200, result, body, log: { engagement } };
}

/** One id for two SOWs: which of them counts is for a person to say. Kept, so that it can be replayed. */
async function contradict(
  inbox: CrmReceiverDeps['inbox'],
  delivery: NewDelivery,
  known: StoredDelivery,
): Promise<DeliveryOutcome> {
  const digests = { known: digestOf(known.payload), sent: digestOf(delivery.payload) };
  const { engagement } = delivery;
  const noun = NOUNS[isDealShaped(delivery.payload) ? 'deal' : 'sow'];
  await inbox.quarantine({
    ...delivery,
    dedupeKey: `conflict:${digests.sent}:${delivery.dedupeKey}`,
    reason: `this webhook-id came before with something else, of ${known.engagement ?? 'no engagement'}: digest ${digests.known} then, ${digests.sent} now`,
  });
  const body = {
    error: 'delivery_conflict',
    message: `This webhook-id was used before for something else; nothing was started. Send each ${noun} under an id of its own, and the same id only for the very same ${noun}.`,
    engagement,
    known_engagement: known.engagement,
    digests,
  };
  return { status: 409, result: 'conflict', body, log: { engagement, known: known.engagement } };
}

/** Of a SOW as it was read: blanks, the order of fields and fields that a SOW does not have make no difference. */
function digestOf(payload: unknown): string {
  return hash('sha256', canonicalJson(payload));
}

async function refuse(
  inbox: CrmReceiverDeps['inbox'],
  delivery: AuthenticDelivery,
  { problems, warnings, about, named }: Extract<ReadBody, { kind: 'invalid' }>,
): Promise<DeliveryOutcome> {
  const { bytes, requestId, receivedAt } = delivery;
  // Paths alone: messages quote values, amounts among them.
  const paths = problems.slice(0, 10).map(({ path }) => path || 'the whole body');
  const of = named === null ? '' : ` of ${named}`;
  const reason = `${counted(problems.length, 'problem')}${of}: ${paths.join(', ')}`;
  await inbox.quarantine({
    source: 'crm',
    // With the body: a corrected SOW under the same id must not be a duplicate of the wrong one.
    dedupeKey: `invalid:${hash('sha256', bytes)}:${dedupeKeyOf(delivery)}`,
    kind: 'unknown',
    engagement: null,
    reason,
    // As text: what nests a million levels deep can be parsed but not written again.
    payload: { body: bytes.toString() },
    receivedAt,
    requestId,
  });
  const body = {
    error: 'input_invalid',
    message: `The ${NOUNS[about]} has problems; nothing was started. Correct them and send it again.`,
    problems,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
  return { status: 422, result: 'invalid', body, log: { problems: problems.length, named } };
}

function shownBody(read: SowBody): ReadBody {
  const warnings = read.warnings.map(toShown);
  if (read.kind === 'ok') return { kind: 'sow', sow: read.subject, warnings };
  const { about, named } = read;
  return { kind: 'invalid', about, named, problems: read.problems.map(toShown), warnings };
}

function toShown({ path, message, fix }: InputProblem): ShownProblem {
  return { path, message, fix };
}

/** Signed, and the same when the CRM sends again. */
function dedupeKeyOf({ signedId, bytes }: AuthenticDelivery): string {
  return signedId === null ? `sha256:${hash('sha256', bytes)}` : toDedupeKey(signedId);
}
