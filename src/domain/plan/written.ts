/** What is written when a plan is carried out: texts with the record in them, once the issues exist. */

import { type FilledCell, withCells } from '#domain/assess/filled-cells.ts';
import { InvariantError } from '#domain/base/errors.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { itemName } from '#domain/comments/follow-comments.ts';
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';
import type { Step } from '#domain/process/process.ts';
import type { Identified } from '#domain/record/identify.ts';
import { recordLine, type Seal, withoutRecordLine } from '#domain/record/line.ts';
import { type EngagementRecord, readRecord } from '#domain/record/record.ts';
import type { Reading } from '#domain/rulings/rulings.ts';
import { type KeptText, writeKept } from '#domain/text/kept-sections.ts';
import { readManagedBlock, writeManagedBlock } from '#domain/text/managed-block.ts';
import type { Marker } from '#domain/text/marker.ts';
import type { Plan, RecordToWrite } from './action.ts';

/** Items that are there already and whose texts a plan changes. */
export function textsToWrite({ actions }: Plan, found: Identified): readonly (ActualEpic | ActualIssue)[] {
  return actions.flatMap((action): readonly (ActualEpic | ActualIssue)[] => {
    if (action.kind === 'update-epic')
      return action.block === null || found.epic === null ? [] : [found.epic];
    if (action.kind !== 'update-issue') return [];
    const { step, block, evidence, kept } = action;
    const isWritten = block !== null || evidence.length > 0 || kept !== undefined;
    const issue = isWritten ? found.issues.get(step) : undefined;
    return issue === undefined ? [] : [issue];
  });
}

/** Lines of ours in the text of an issue. */
export interface IssueLines {
  readonly marker: Marker;
  /** Without reference tokens; `null` leaves the block. */
  readonly block: string | null;
  readonly evidence: { readonly step: Step; readonly cells: readonly FilledCell[] } | null;
  readonly kept: readonly KeptText[];
}

/**
 * Puts what is ours into the text of an issue as it stands now. Nothing else is touched, so whatever people have written
 * since the plan was made stays; a cell that they have filled in meanwhile is theirs.
 */
export function issueTextNow(now: string, { marker, block, evidence, kept }: IssueLines): string {
  const followed = writeKept(now, kept);
  const filled = evidence === null ? followed : withCells(followed, evidence.cells, evidence.step);
  return block === null ? filled : writeManagedBlock(filled, marker, block);
}

/**
 * Record with the ids of the issues there are by now, and the instants of what was done to them.
 *
 * @param counted comments of ours that this run has made on issues, and that are not to be read for being new
 */
export function recordNow(
  { text, steps }: RecordToWrite,
  issues: ReadonlyMap<StepKey, Pick<ActualIssue, 'id' | 'updatedAt'>>,
  epic: Pick<ActualEpic, 'updatedAt'> | null,
  counted: ReadonlyMap<StepKey, number> = new Map(),
): EngagementRecord {
  const parsed = readRecord(text);
  if (parsed.kind !== 'ok') throw new InvariantError(`a planned record ${parsed.reason}`);
  const ids = steps.flatMap((step): [StepKey, number][] => {
    const issue = issues.get(step);
    return issue === undefined ? [] : [[step, issue.id]];
  });
  const touches = [...parsed.record.touches].map(([step, touch]) => {
    // The epic is being written at this moment: of it only the change before is known.
    const item = step === null ? epic : issues.get(step);
    return [step, { ...touch, at: touch.at ?? item?.updatedAt ?? null }] as const;
  });
  const memory = { ...parsed.record.memory, issues: new Map(ids) };
  const { rulings } = parsed.record;
  const own = new Map(
    [...counted].flatMap(([step, more]): [string, number][] => {
      const issue = issues.get(step);
      return issue === undefined ? [] : [[itemName({ kind: 'issue', id: issue.id }), more]];
    }),
  );
  const readings = readingsWithOwn(rulings.readings, own);
  return { ...parsed.record, memory, touches: new Map(touches), rulings: { ...rulings, readings } };
}

/** Only what a person writes from now on makes another count. */
function readingsWithOwn(readings: readonly Reading[], own: ReadonlyMap<string, number>): Reading[] {
  const known = new Set(readings.map(({ item }) => item));
  return [
    ...readings.map((reading) => {
      const more = own.get(reading.item) ?? 0;
      return reading.count === null || more === 0 ? reading : { ...reading, count: reading.count + more };
    }),
    ...[...own].flatMap(([item, count]) => (known.has(item) ? [] : [{ item, count, upTo: 0 }])),
  ].toSorted((a, b) => (a.item < b.item ? -1 : 1));
}

/**
 * Description with the record as the last line of its block.
 *
 * @throws ConfigError where records are sealed and the private key is missing
 */
export function withRecord(description: string, record: EngagementRecord, place: string, seal: Seal): string {
  const block = readManagedBlock(description);
  if (block === null) throw new InvariantError('a record needs the block of its epic');
  const text = withoutRecordLine(block.content).trimEnd();
  return writeManagedBlock(description, block.marker, `${text}\n${recordLine(record, place, seal)}`);
}
