/**
 * What becomes of the steps of one version in another: `issue_templates/<process>/versions/<a>-to-<b>.yml`. What stands
 * left of a colon is named as version `a` names it, `becomes` and `as` name what version `b` has.
 */
import { z } from 'zod';
import { Id, type ProcessDefinition } from '#domain/process/process.ts';

/** Name of the file of a mapping. @example `1-to-2.yml` */
export function mappingFileName(from: number, to: number): string {
  return `${from}-to-${to}.yml`;
}

export const Mapping = z.strictObject({
  from: z.int().min(1).max(9_999),
  to: z.int().min(1).max(9_999),
  /** Steps of the old version that are called otherwise in the new one, or are not in it. The others need no line. */
  steps: z
    .record(
      Id,
      z.strictObject({
        /** The step it goes on as; `null`: nobody is asked for it any more. */
        becomes: Id.nullish().transform((id) => id ?? null),
        /** For people, where nobody is asked for it any more. */
        why: z.string().min(1).max(300).optional(),
      }),
    )
    .default({}),
  /** Steps of the new version that the old one did not have, where the default will not do. */
  new: z
    .record(
      Id,
      z.strictObject({
        /** Not asked for where this step of the new version is done already; left out: the next step that the old version had. */
        unless_done: Id,
      }),
    )
    .default({}),
  /** Step of the old version → evidence field → its name in the new version. */
  evidence: z
    .record(Id, z.record(z.string().min(1), z.strictObject({ as: z.string().min(1).max(80) })))
    .default({}),
});
export type Mapping = Readonly<z.infer<typeof Mapping>>;

/** What becomes of the steps of one definition in another. */
export interface StepChanges {
  /** Every step that goes on → its id then, which is mostly the same. */
  readonly becomes: ReadonlyMap<string, string>;
  /** Step that nobody is asked for any more → why. */
  readonly retired: ReadonlyMap<string, string>;
  /** Steps that were not there before. */
  readonly added: ReadonlySet<string>;
  /** Added step → the step that must not be done for it to be asked for, where the mapping says so. */
  readonly unlessDone: ReadonlyMap<string, string>;
  /** Step as it is called then → evidence field → its name before. */
  readonly evidence: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A mapping that says nothing: every step is called as before. */
export function plainMapping(from: number, to: number): Mapping {
  return Mapping.parse({ from, to });
}

/** Applies a mapping to two definitions; steps that it forgets are in neither list. */
export function stepChanges(mapping: Mapping, from: ProcessDefinition, to: ProcessDefinition): StepChanges {
  const ids = new Set(to.steps.map(({ id }) => id));
  const becomes = new Map<string, string>();
  const retired = new Map<string, string>();
  for (const { id } of from.steps) {
    const said = mapping.steps[id];
    const then = said === undefined ? id : said.becomes;
    if (then === null) retired.set(id, said?.why ?? '');
    else if (ids.has(then)) becomes.set(id, then);
  }
  const images = new Set(becomes.values());
  const evidence = Object.entries(mapping.evidence).flatMap(([step, fields]) => {
    const then = becomes.get(step);
    return then === undefined
      ? []
      : [[then, Object.fromEntries(Object.entries(fields).map(([field, { as }]) => [as, field]))] as const];
  });
  return {
    becomes,
    retired,
    added: new Set([...ids].filter((id) => !images.has(id))),
    unlessDone: new Map(Object.entries(mapping.new).map(([id, { unless_done }]) => [id, unless_done])),
    evidence: Object.fromEntries(evidence),
  };
}

/** Steps of the old version of which nothing is said and that the new one does not have. */
export function forgottenSteps(
  mapping: Mapping,
  from: ProcessDefinition,
  to: ProcessDefinition,
): readonly string[] {
  const ids = new Set(to.steps.map(({ id }) => id));
  return from.steps.flatMap(({ id }) => (Object.hasOwn(mapping.steps, id) || ids.has(id) ? [] : [id]));
}
