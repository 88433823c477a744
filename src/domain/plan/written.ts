/** What is written when a plan is carried out: texts with the record in them, once the issues exist. */

import { InvariantError } from '#domain/base/errors.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import { recordLine, type Seal, withoutRecordLine } from '#domain/record/line.ts';
import { type EngagementRecord, readRecord } from '#domain/record/record.ts';
import { readManagedBlock, writeManagedBlock } from '#domain/text/managed-block.ts';
import type { RecordToWrite } from './action.ts';

/** Record with the ids of the issues there are by now. */
export function recordNow(
  { text, steps }: RecordToWrite,
  issues: ReadonlyMap<StepKey, Pick<ActualIssue, 'id'>>,
): EngagementRecord {
  const parsed = readRecord(text);
  if (parsed.kind !== 'ok') throw new InvariantError(`a planned record ${parsed.reason}`);
  const ids = steps.flatMap((step): [StepKey, number][] => {
    const issue = issues.get(step);
    return issue === undefined ? [] : [[step, issue.id]];
  });
  return { ...parsed.record, memory: { ...parsed.record.memory, issues: new Map(ids) } };
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
