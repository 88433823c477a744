/**
 * What a pipeline of GitLab CI is given to work on: a signed SOW, or an event of GitLab itself.
 *
 * GitLab hands a job neither the headers nor the bytes of what triggered its pipeline: `TRIGGER_PAYLOAD` holds the
 * parameters of the call written as JSON again, with `id`, `ref` and `variables` among them. A signature over the body
 * could not be checked. So the SOW travels as one string, beside the three values of Standard Webhooks that are headers
 * elsewhere, and the signature is over exactly that string.
 *
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/services/ci/pipeline_trigger_service.rb
 * @see https://docs.gitlab.com/ci/triggers/
 */
import { z } from 'zod';
import type { InputProblem } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { DealSettings } from '#domain/base/settings.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { readGitLabDelivery } from './gitlab-delivery.ts';
import { readSowBody } from './sow-body.ts';
import type { Verify } from './verdict.ts';

/** Meaning of the text that a pipeline was triggered with: a SOW, engagements to wake, or a reason to do nothing. */
export type CiDelivery =
  | {
      readonly kind: 'sow';
      readonly sow: Subject;
      readonly warnings: readonly InputProblem[];
      /** Signed; the same when it is sent again. */
      readonly id: string;
      /** When it was signed. ISO 8601. */
      readonly at: string;
    }
  /** Proven by the trigger token alone, which is enough: it only says which engagements to look at. */
  | {
      readonly kind: 'wake';
      readonly engagements: readonly EngagementKey[];
      /** Whose change it was, to leave our own alone. */
      readonly userId: number | null;
    }
  | { readonly kind: 'ignored'; readonly why: string }
  /** The sender is proven, the SOW is wrong. */
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] }
  /** Not understood, or not proven. Nothing of it may be used. */
  | { readonly kind: 'refused'; readonly why: string; readonly fix: string };

/** Proof and time that a delivery to a pipeline is held against. */
export interface CiDeliveryContext {
  /** Asked only for what is signed. */
  readonly verify: () => Verify;
  /**
   * Instant at which the pipeline was made, because a job may wait for a runner or be run again; seconds since 1970.
   */
  readonly nowSeconds: number;
  /** A signed SOW in a variable of the job, used where the text holds none. */
  readonly beside: string | null;
  readonly deals: DealSettings;
}

/** Longer is no SOW; the service takes as much. */
const LONGEST_SOW = 1_048_576;
/** What GitLab sends at most. */
const LONGEST = 26_214_400;
/** The only variable that a trigger may set: others could replace our secrets and settings. */
const DELIVERY_VARIABLE = 'PROCESSION_DELIVERY';

const Signed = z.object({
  'webhook-id': z.string(),
  'webhook-timestamp': z.union([z.string(), z.number().int().transform(String)]),
  'webhook-signature': z.string(),
  payload: z.string(),
});
const SIGNED_FIELDS = Object.keys(Signed.shape);
const Given = z.record(z.string(), z.unknown());
const Variables = z.record(z.string(), z.unknown()).nullish();

const HOW = `Send ${SIGNED_FIELDS.join(', ')}: docs/ci.md shows how.`;

/**
 * Reads what a pipeline was triggered with; a SOW counts only when it is signed.
 *
 * @param text JSON, or its base64
 */
export function readCiDelivery(text: string, context: CiDeliveryContext): CiDelivery {
  if (text.length > LONGEST) return refused(`it is longer than ${LONGEST} characters`, HOW);
  const given = Given.safeParse(parse(text));
  if (!given.success) return refused('expected a JSON object', HOW);
  const foreign = foreignVariables(given.data['variables']);
  if (foreign.length > 0)
    return refused(
      `the trigger sets variables (${foreign.join(', ')}), which outrank the settings and secrets of this project`,
      `Send nothing but ${DELIVERY_VARIABLE} as a variable, and let nobody: project settings, CI/CD, Variables, "Minimum role to use pipeline variables".`,
    );
  if (SIGNED_FIELDS.some((name) => name in given.data)) return readSigned(given.data, context);
  if ('object_kind' in given.data || 'event_name' in given.data) return readEvent(given.data);
  if (context.beside !== null) return readCiDelivery(context.beside, { ...context, beside: null });
  return refused('it holds neither a signed SOW nor an event of GitLab', HOW);
}

function readSigned(value: unknown, { verify, nowSeconds, deals }: CiDeliveryContext): CiDelivery {
  const signed = Signed.safeParse(value);
  if (!signed.success) {
    const fields = signed.error.issues.map(({ path }) => path.join('.'));
    return refused(`${[...new Set(fields)].join(', ')}: missing, or no text`, HOW);
  }
  const { payload, ...headers } = signed.data;
  if (payload.length > LONGEST_SOW) return refused(`payload is longer than ${LONGEST_SOW} characters`, HOW);
  // A lone surrogate has no UTF-8: different texts would have the same bytes and so the same signature.
  if (!payload.isWellFormed()) return refused('payload is no text that UTF-8 can write', HOW);
  const verdict = verify()((name) => headers[name as keyof typeof headers], nowSeconds);
  if (verdict.kind !== 'signed') return unproven(verdict.kind === 'refused' ? verdict.why : 'no signature');
  const bytes = Buffer.from(payload, 'utf8');
  if (verdict.check(bytes) !== 'authentic') return unproven('wrong signature');
  const read = readSowBody(bytes, deals);
  return read.kind === 'ok'
    ? {
        kind: 'sow',
        sow: read.subject,
        warnings: read.warnings,
        id: verdict.id,
        at: signedAt(headers['webhook-timestamp']),
      }
    : { kind: 'invalid', problems: read.problems };
}

function signedAt(seconds: string): string {
  return new Date(Number(seconds) * 1000).toISOString();
}

const Actor = z.object({ user: z.object({ id: z.number() }).nullish() });

function readEvent(value: unknown): CiDelivery {
  const event = readGitLabDelivery(value, {
    ownUser: null,
    isOwnWrite: () => false,
    engagementOfIssue: () => null,
  });
  switch (event.kind) {
    case 'wake':
    case 'note':
      return {
        kind: 'wake',
        engagements: event.engagements,
        userId: Actor.safeParse(value).data?.user?.id ?? null,
      };
    case 'ours':
      return { kind: 'ignored', why: 'our own change' };
    case 'ignored':
      return { kind: 'ignored', why: event.why };
    case 'unknown':
    case 'malformed':
      return refused(event.why, 'Subscribe the webhook to issue events and comments only.');
  }
}

function foreignVariables(value: unknown): readonly string[] {
  return Object.keys(Variables.safeParse(value).data ?? {})
    .filter((name) => name !== DELIVERY_VARIABLE)
    .map((name) => (/^\w{1,60}$/.test(name) ? name : 'one with an impossible name'))
    .slice(0, 10);
}

function parse(text: string): unknown {
  const trimmed = text.trim();
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(trimmed);
  try {
    return JSON.parse(isBase64 ? Buffer.from(trimmed, 'base64').toString('utf8') : trimmed);
  } catch {
    return undefined;
  }
}

function unproven(why: string): CiDelivery {
  return refused(
    `it cannot be proven who sent it: ${why}`,
    'Check that the sender signs with a secret of CRM_WEBHOOK_SECRETS, that its clock is right, and that the payload is sent as it was signed.',
  );
}

function refused(why: string, fix: string): CiDelivery {
  return { kind: 'refused', why, fix };
}
