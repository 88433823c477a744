/**
 * Webhooks and their deliveries in GitLab's answers: the fields we read.
 *
 * @see https://docs.gitlab.com/api/project_webhooks/
 * @see https://docs.gitlab.com/api/group_webhooks/
 */
import { z } from 'zod';
import type { ActualHook, HookScope } from '#domain/setup/actual-hook.ts';
import { Instant } from '#gitlab/http/answer.ts';

const Hook = z.object({
  id: z.int(),
  url: z.string(),
  /** Since 15.5; an older GitLab disables nothing. */
  alert_status: z.enum(['executable', 'temporarily_disabled', 'disabled']).nullish(),
  disabled_until: Instant.nullish(),
  issues_events: z.boolean(),
  confidential_issues_events: z.boolean().nullish(),
  note_events: z.boolean(),
  confidential_note_events: z.boolean().nullish(),
  token_present: z.boolean().nullish(),
  signing_token_present: z.boolean().nullish(),
});

/** Hooks of a group or of a project: they look alike. */
export function hookOf(scope: HookScope): z.ZodType<ActualHook> {
  return Hook.transform(
    (hook): ActualHook => ({
      id: hook.id,
      scope,
      url: hook.url,
      alertStatus: hook.alert_status ?? 'executable',
      disabledUntil: hook.disabled_until ?? null,
      events: {
        issues: hook.issues_events,
        confidentialIssues: hook.confidential_issues_events ?? false,
        notes: hook.note_events,
        confidentialNotes: hook.confidential_note_events ?? false,
      },
      tokenPresent: hook.token_present ?? null,
      signingTokenPresent: hook.signing_token_present ?? null,
    }),
  );
}

/** Attempt to deliver one event. */
export interface Attempt {
  readonly id: number;
  readonly key: string;
  readonly url: string | null;
  readonly status: string;
  /** ISO 8601, UTC; `null` where nothing in it tells. */
  readonly sentAt: string | null;
}

/** Entry of `GET …/hooks/:id/events`. What was sent is in the entry, but not when. */
export const Delivery = z
  .object({
    id: z.int(),
    url: z.string().nullish(),
    response_status: z.union([z.string(), z.int()]).nullish(),
    request_headers: z.record(z.string(), z.unknown()).nullish(),
    request_data: z.unknown(),
  })
  .transform((delivery): Attempt => {
    const headers = lowerCase(delivery.request_headers ?? {});
    return {
      id: delivery.id,
      key: headers.get('idempotency-key') ?? `delivery-${delivery.id}`,
      url: delivery.url ?? null,
      status: String(delivery.response_status ?? 'internal error'),
      sentAt: sentAt(headers.get('webhook-timestamp'), delivery.request_data),
    };
  });

/** `POST …/resend`: what the receiver answered. */
export const Resent = z
  .object({ response_status: z.union([z.string(), z.int()]).nullish() })
  .transform(({ response_status }) => String(response_status ?? 'no answer'));

function lowerCase(headers: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

const Changed = z.object({ object_attributes: z.object({ updated_at: z.string() }) });

/** Signed deliveries carry the time; in others the change itself is about as old. Payloads write `2026-03-02 09:00:00 UTC` or ISO. */
function sentAt(timestamp: string | undefined, payload: unknown): string | null {
  if (timestamp !== undefined && /^\d{1,11}$/.test(timestamp))
    return new Date(Number(timestamp) * 1000).toISOString();
  const changed = Changed.safeParse(payload);
  const ms = changed.success ? Date.parse(changed.data.object_attributes.updated_at) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
