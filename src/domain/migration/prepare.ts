/** Noting what people have set before a migration covers it. */
import type { StepKey } from '#domain/base/keys.ts';
import { canonicalJson } from '#domain/base/record-line.ts';
import type { Plan } from '#domain/plan/action.ts';
import { toWrite } from '#domain/plan/record.ts';
import { withoutRecordLine } from '#domain/record/line.ts';
import { NEVER_MIGRATED, type SetByPeople } from '#domain/record/migrated.ts';
import { readManagedBlock } from '#domain/text/managed-block.ts';
import type { Move } from './move.ts';
import type { Standing } from './standing.ts';

/**
 * Writes down the labels that a migration is about to cover, in the record of the old version; `null` where there are
 * none, or where they are noted. Without it a migration that is killed could not say later what it had covered.
 */
export function preparation(
  { record, found, assessment }: Pick<Standing, 'record' | 'found' | 'assessment'>,
  { to }: Move,
  covered: ReadonlyMap<StepKey, SetByPeople>,
): Plan | null {
  const migrated = record.migrated ?? NEVER_MIGRATED;
  const begun = { to, labels: Object.fromEntries(covered) };
  if (covered.size === 0 || canonicalJson(migrated.begun) === canonicalJson(begun)) return null;
  const block = found.epic === null ? null : readManagedBlock(withoutRecordLine(found.epic.description));
  if (block === null) return null;
  const next = { ...record, revision: record.revision + 1, migrated: { ...migrated, begun } };
  return {
    engagement: assessment.engagement,
    actions: [
      {
        kind: 'update-epic',
        addLabels: [],
        removeLabels: [],
        state: null,
        block: block.content,
        record: toWrite(next, [...record.memory.issues.keys()]),
        why: ['note which states people have set, before the migration covers them'],
      },
    ],
  };
}
