/** The record in an epic of a test world, read and changed as nobody but the engine may where records are sealed. */

import { openRecord, placeOf, recordLine, UNSEALED } from '#domain/record/line.ts';
import type { EngagementRecord } from '#domain/record/record.ts';

interface Holder {
  readonly id: number;
  readonly description: string;
  readonly kind?: string | undefined;
}

const LINE = /<!-- procession:record v1 [^\r\n]*-->/;

/** The record in an epic's description. @throws Error when there is none that can be read without keys */
export function recordIn({ id, description, kind }: Holder, key = 'SOW-1042'): EngagementRecord {
  const opened = openRecord(description, { place: placeIn({ id, kind }), key }, UNSEALED);
  if (opened.kind !== 'ok') throw new Error(`no record of ${key}: ${JSON.stringify(opened)}`);
  return opened.record;
}

/** The description with a changed record, unsealed: what somebody writes who has read the source. */
export function withForged(
  epic: Holder,
  change: (record: EngagementRecord) => EngagementRecord,
  key = 'SOW-1042',
): string {
  const place = placeIn(epic);
  return epic.description.replace(LINE, recordLine(change(recordIn(epic, key)), place, UNSEALED));
}

function placeIn({ id, kind }: Pick<Holder, 'id' | 'kind'>): string {
  return placeOf({ id, tracking: kind === 'issue' ? { projectId: 0 } : null });
}

/**
 * A text with its records in words, without what differs from run to run: how often a record was written, how far
 * comments were read, and when something was changed last.
 */
export function readable(text: string): string {
  return text.replaceAll(/<!-- procession:record v1 \S+ (\S+) -->/g, (_, data: string) => {
    const stored = JSON.parse(Buffer.from(data, 'base64url').toString()) as {
      readonly rulings: Readonly<Record<string, unknown>>;
      readonly steps: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    };
    const { readings: _read, ...rulings } = stored.rulings;
    const steps = Object.entries(stored.steps).map(([step, { touch: _touch, ...known }]) => [step, known]);
    return JSON.stringify({
      ...stored,
      revision: 0,
      rulings,
      steps: Object.fromEntries(steps),
      touch: undefined,
    });
  });
}
