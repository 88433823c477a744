/** The process of one engagement: that of its version, with what migrations have left different. */
import type { EvidenceField, ProcessDefinition, Step } from '#domain/process/process.ts';
import type { Migrated, Stage } from './migrated.ts';

/** What the stages of an engagement, taken together, leave different in its version of now. */
interface Leftover {
  /** Step that came with a version after the engagement had got beyond it → that version. */
  readonly notAsked: ReadonlyMap<string, number>;
  /** Step → evidence field → names it had before. */
  readonly evidence: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
}

/**
 * Process as it applies to an engagement that came from an earlier version: steps that came too late are not asked for,
 * and evidence is found under the name it had.
 */
export function asMigrated(process: ProcessDefinition, migrated: Migrated | null): ProcessDefinition {
  if (migrated === null || migrated.path.length === 0) return process;
  const { notAsked, evidence } = leftOf(migrated.path);
  const steps = process.steps.map((step): Step => {
    const since = notAsked.get(step.id);
    const names = evidence.get(step.id);
    return {
      ...step,
      ...(since === undefined ? {} : { notAsked: `not asked for: came with version ${since}` }),
      ...(names === undefined ? {} : { done_when: withNames(step, names) }),
    };
  });
  return { ...process, steps, closeWhen: process.closeWhen.filter((id) => !notAsked.has(id)) };
}

function withNames(step: Step, names: ReadonlyMap<string, readonly string[]>): Step['done_when'] {
  const evidence = step.done_when.evidence.map((field): EvidenceField => {
    const formerly = names.get(field.field);
    return formerly === undefined ? field : { ...field, formerly };
  });
  return { ...step.done_when, evidence };
}

function leftOf(path: readonly Stage[]): Leftover {
  return path.reduce<Leftover>(
    (left, stage) => {
      const now = (id: string): string => stage.becomes[id] ?? id;
      const notAsked = [...left.notAsked].map(([id, since]) => [now(id), since] as const);
      return {
        notAsked: new Map([...notAsked, ...stage.notAsked.map((id) => [id, stage.to] as const)]),
        evidence: namesAfter(left, stage),
      };
    },
    { notAsked: new Map(), evidence: new Map() },
  );
}

/** Names before this stage are names before it, too: a field that was renamed twice is found under all three. */
function namesAfter({ evidence }: Leftover, stage: Stage): Leftover['evidence'] {
  const carried = [...evidence].map(([id, names]) => [stage.becomes[id] ?? id, names] as const);
  const after = new Map<string, ReadonlyMap<string, readonly string[]>>(carried);
  for (const [id, fields] of Object.entries(stage.evidence)) {
    const before = after.get(id) ?? new Map<string, readonly string[]>();
    const names = new Map(before);
    for (const [field, name] of Object.entries(fields)) {
      names.delete(name);
      names.set(field, [name, ...(before.get(name) ?? [])]);
    }
    after.set(id, names);
  }
  return after;
}
