/**
 * The SOW as it is kept in the epic, so that CI jobs and a service without memory can reconcile from GitLab alone.
 */

import { decodeRecord, encodeRecord } from '#domain/base/record-line.ts';
import type { Settings } from '#domain/base/settings.ts';
import { Sow } from './sow.ts';
import { isDeal, type Subject, withoutAmounts } from './subject.ts';

/** What {@link decodeSowRecord} found. `damaged` is reported to people and never adopted. */
export type SowRecord =
  | { readonly kind: 'ok'; readonly sow: Sow }
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged'; readonly reason: string };

/** One HTML comment line: `<!-- procession:sow v1 <checksum> <base64url of canonical JSON> -->`. */
export function encodeSowRecord(sow: Sow): string {
  return encodeRecord('sow', sow);
}

/**
 * Reads the first record line of a text. A record that was edited, cut off, written by another version, or no longer fits
 * the schema is `damaged`: the engagement is left as it is and somebody is told.
 */
export function decodeSowRecord(text: string): SowRecord {
  const record = decodeRecord('sow', text);
  if (record.kind === 'absent') return record;
  if (record.kind === 'damaged') return { kind: 'damaged', reason: `the SOW record ${record.reason}` };
  const sow = Sow.safeParse(record.value);
  if (sow.success) return { kind: 'ok', sow: sow.data };
  const [issue] = sow.error.issues;
  return {
    kind: 'damaged',
    reason: `the SOW record does not fit the schema at ${issue?.path.join('.')}: ${issue?.message}`,
  };
}

/** A SOW or deal as it may stand in GitLab. */
export function recordOf(subject: Subject, settings: Pick<Settings, 'showAmounts'>): Subject {
  const shown = settings.showAmounts ? subject : withoutAmounts(subject);
  // It says how new the deal is, and stands in the history.
  return isDeal(shown) ? { ...shown, deal: { ...shown.deal, changed_at: undefined } } : shown;
}
