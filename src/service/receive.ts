/**
 * The order of work on every delivery: size and coding by the headers → sender by the headers → raw bytes, within
 * limits → signature → only then what it says → durable → 2xx. Nothing is parsed for a sender that is not proven.
 *
 * @see https://github.com/octokit/webhooks.js/blob/main/src/middleware/create-middleware.ts
 */
import type { Clock } from '#ports/clock.ts';
import { type DeliveryOutcome, refusal } from './answer.ts';
import type { Incoming } from './incoming.ts';
import type { Body, ReadBody } from './read-body.ts';
import type { ReadHeader } from './standard-webhooks.ts';
import type { Verify } from './verdict.ts';

/** Sender of deliveries. */
export type Source = 'gitlab' | 'crm';

/** Delivery with a proven sender. The body may still be anything. */
export interface AuthenticDelivery {
  readonly header: ReadHeader;
  readonly bytes: Buffer;
  /** The identifier that is part of what was signed; `null` when the sender was proven by a secret alone. */
  readonly signedId: string | null;
  readonly requestId: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
}

/** One kind of webhook. */
export interface Receiver {
  readonly source: Source;
  /** The longest body. */
  readonly limitBytes: number;
  readonly verify: Verify;
  /** Reads the body and puts the delivery on disk. A store that fails is an outcome: {@link storeFailed}. */
  take(delivery: AuthenticDelivery): Promise<DeliveryOutcome>;
}

/** Clock and reader of bodies. */
export interface ReceiveDeps {
  readonly clock: Clock;
  readonly readBody: ReadBody;
}

/** Outcome, with the length of the body as far as that is known. */
export interface Received {
  readonly outcome: DeliveryOutcome;
  readonly bytes: number;
}

/** Seconds; long enough for a store to come back. */
const RETRY_AFTER = { 'retry-after': '30' };

/** Takes one delivery through all checks, in the order above, to its outcome. */
export async function receive(
  { clock, readBody }: ReceiveDeps,
  receiver: Receiver,
  { header, body: source }: Incoming,
  requestId: string,
): Promise<Received> {
  const declared = declaredLength(header);
  if (declared > receiver.limitBytes) return { outcome: tooLarge(receiver.limitBytes), bytes: declared };
  const coding = header('content-encoding');
  if (coding !== undefined && coding.toLowerCase() !== 'identity')
    return { outcome: ENCODED, bytes: declared };
  const receivedAt = clock.now();
  const verdict = receiver.verify(header, Date.parse(receivedAt) / 1000);
  if (verdict.kind === 'refused') return { outcome: unauthentic(verdict.why), bytes: declared };

  const body = await readBody(source, receiver.limitBytes);
  if (body.kind !== 'whole') return { outcome: incomplete(body.kind, receiver.limitBytes), bytes: declared };
  const { bytes } = body;
  try {
    if (verdict.kind === 'signed') {
      const proof = verdict.check(bytes);
      if (proof === 'not-utf-8') return { outcome: NOT_UTF_8, bytes: bytes.length };
      if (proof === 'unauthentic') return { outcome: unauthentic('wrong signature'), bytes: bytes.length };
    }
    const signedId = verdict.kind === 'signed' ? verdict.id : null;
    const outcome = await receiver.take({ header, bytes, signedId, requestId, receivedAt });
    return { outcome, bytes: bytes.length };
  } finally {
    body.release();
  }
}

/** 0 when the sender does not say; the server itself refuses lengths that are no numbers. */
function declaredLength(header: ReadHeader): number {
  const text = header('content-length');
  return text === undefined ? 0 : Number(text);
}

function incomplete(kind: Exclude<Body['kind'], 'whole'>, limitBytes: number): DeliveryOutcome {
  switch (kind) {
    case 'too-large':
      return tooLarge(limitBytes);
    case 'too-slow':
      return refusal(408, kind, 'body_too_slow', 'The body did not arrive in time.');
    case 'no-room':
      return refusal(503, kind, 'try_again', 'Too many long bodies at once.', { headers: RETRY_AFTER });
    case 'broken-off':
      return refusal(400, kind, 'body_incomplete', 'The body broke off.');
  }
}

function tooLarge(limitBytes: number): DeliveryOutcome {
  return refusal(413, 'too-large', 'body_too_large', `The body is longer than ${limitBytes} bytes.`);
}

/** Why is in our log only: senders who guess should not learn how close they are. */
function unauthentic(why: string): DeliveryOutcome {
  return refusal(401, 'unauthentic', 'delivery_unauthenticated', 'The delivery is not authentic.', {
    log: { why },
  });
}

/** Signatures cover the bytes as they were sent, and a few compressed bytes may become gigabytes. GitLab does not compress. */
const ENCODED = refusal(
  415,
  'encoded',
  'body_encoded',
  'Compressed bodies are not taken: send it as it is, without Content-Encoding.',
  { headers: { 'accept-encoding': 'identity' } },
);

const NOT_UTF_8 = refusal(
  415,
  'encoded',
  'body_not_utf8',
  'The body is not UTF-8: send JSON in UTF-8 and sign those bytes.',
);

/**
 * Answers 503 for a store that fails: the sender's next try or our sweep repairs that. Of the error only name and
 * code are logged.
 */
export function storeFailed(error: unknown): DeliveryOutcome {
  const name = error instanceof Error ? error.name : 'unknown';
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return refusal(503, 'store-failed', 'try_again', 'The delivery could not be stored.', {
    headers: RETRY_AFTER,
    log: { errorName: name, errorCode: code },
  });
}
