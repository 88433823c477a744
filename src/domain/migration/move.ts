/** The way of an engagement from one version of its process to another, there or back. */
import type { EngagementKey } from '#domain/base/keys.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { Stage } from '#domain/record/migrated.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import type { SourceSow } from '#domain/sow/history.ts';
import { type Mapping, plainMapping, type StepChanges, stepChanges } from '#domain/versions/mapping.ts';
import { rulesHash } from '#domain/versions/rules-hash.ts';
import type { NamedVersion } from '#domain/versions/versions.ts';

/** What an engagement is about from then on, under the key of that. */
export interface Rekey {
  readonly was: EngagementKey;
  readonly is: EngagementKey;
  /** As it may stand in GitLab. */
  readonly source: SourceSow;
}

/** A migration, before it is known what it means for an engagement. */
export interface Move {
  readonly from: number;
  readonly to: number;
  /** `back`: goes back on what an earlier migration did. `texts`: the version stays, its texts are newer. */
  readonly way: 'forward' | 'back' | 'texts';
  /** What the record names afterwards. */
  readonly named: NamedVersion;
  /** Definition that has judged the engagement so far. */
  readonly old: ProcessDefinition;
  /** Definition that judges it from then on. */
  readonly process: ProcessDefinition;
  readonly changes: StepChanges;
  /** `null`: the engagement is about the same, and keeps its key. */
  readonly rekey: Rekey | null;
}

/** Leads to a later version, as the mapping says. */
export function moveForward(
  mapping: Mapping,
  old: ProcessDefinition,
  process: ProcessDefinition,
  rekey: Rekey | null = null,
): Move {
  return {
    from: old.version,
    to: process.version,
    way: 'forward',
    named: { version: process.version, rules: rulesHash(process) },
    old,
    process,
    changes: stepChanges(mapping, old, process),
    rekey,
  };
}

/** Leads to other texts of the same version; no rule differs. */
export function moveTexts(record: NamedVersion, old: ProcessDefinition, process: ProcessDefinition): Move {
  return {
    ...moveForward(plainMapping(old.version, process.version), old, process),
    way: 'texts',
    named: { version: record.version, rules: record.rules },
  };
}

/** Leads back where the last migration came from, by what that one has recorded, whatever the mapping says by now. */
export function moveBack(stage: Stage, old: ProcessDefinition, process: ProcessDefinition): Move {
  const before = new Map(Object.entries(stage.becomes).map(([was, is]) => [is, was]));
  const gone = new Set(Object.keys(stage.becomes));
  const ids = new Set(process.steps.map(({ id }) => id));
  const becomes = new Map(
    old.steps.flatMap(({ id }): [string, string][] => {
      const was = before.get(id) ?? (gone.has(id) ? null : id);
      return was !== null && ids.has(was) && !wasRetired(id, was, stage) ? [[id, was]] : [];
    }),
  );
  const images = new Set(becomes.values());
  return {
    from: old.version,
    to: process.version,
    way: 'back',
    named: { version: stage.version, rules: stage.rules },
    old,
    process,
    changes: {
      becomes,
      retired: new Map(
        old.steps.flatMap(({ id }) =>
          becomes.has(id)
            ? []
            : [
                [
                  id,
                  `It came with version ${old.version}, and the engagement is back on version ${process.version}.`,
                ],
              ],
        ),
      ),
      added: new Set([...ids].filter((id) => !images.has(id))),
      unlessDone: new Map(),
      evidence: {},
    },
    rekey: null,
  };
}

/** A step that kept its name only by chance: the old one was retired, and another took its name. */
function wasRetired(id: string, was: string, { retired }: Stage): boolean {
  return id === was && retired.includes(id);
}

/** The last migration that an engagement can go back on; `null` where there is none. */
export function lastStage(record: EngagementRecord): Stage | null {
  return record.migrated?.path.at(-1) ?? null;
}
