/**
 * The protected copy: a note of ours on the epic, which a Developer cannot edit. It is written at a launch, an amendment
 * and a ruling, and read only when the record in the description is damaged, so that Procession recovers from GitLab
 * alone.
 */
import type { EngagementKey } from '#domain/base/keys.ts';
import type { ActualNote } from '#domain/engagement/state.ts';
import { encodeNoteMarker } from '#domain/text/marker.ts';
import { openRecord, recordLine, type Seal, type SealReader } from './line.ts';
import { type EngagementRecord, lasting, sameRecord } from './record.ts';

/** The rule by which the note is found again. */
export const COPY_RULE = 'record';

/** The note with the copy. @throws ConfigError as {@link Seal.sign} */
export function copyNote(record: EngagementRecord, place: string, seal: Seal): string {
  return [
    'Procession keeps a protected copy of its record of this engagement in this comment: the SOW, and what people have ruled. When the description is damaged, it is restored from here. Please leave the comment where it is.',
    '',
    recordLine(copied(record), place, seal),
    encodeNoteMarker(COPY_RULE),
  ].join('\n');
}

/** What lasts, and how far comments were followed by then: a command is carried out once in its life. */
function copied(record: EngagementRecord): EngagementRecord {
  const { rulings, ...others } = lasting(record);
  return { ...others, rulings: { ...rulings, readings: record.rulings.readings } };
}

/** The newest valid copy among the notes of an epic, whoever wrote it: the seal proves it. */
export function newestCopy(
  notes: readonly Pick<ActualNote, 'body'>[],
  at: { readonly place: string; readonly key: EngagementKey },
  seal: SealReader,
): EngagementRecord | null {
  return notes.reduce<EngagementRecord | null>((best, { body }) => {
    const opened = openRecord(body, at, seal);
    if (opened.kind !== 'ok' || opened.as !== 'sealed') return best;
    return best === null || opened.record.revision > best.revision ? opened.record : best;
  }, null);
}

/** Whether a change of the record is one that the copy must hold, too. */
export function needsCopy(before: EngagementRecord | null, after: EngagementRecord): boolean {
  if (before === null) return true;
  // An earlier release named no texts; that alone is no reason to write.
  const texts = before.texts === null ? null : after.texts;
  return !sameRecord(lasting(before), { ...lasting(after), texts });
}
