/** A case of a process: what is so, and what the rules must say about it. Files `issue_templates/<process>/tests/*.yml`. */
import { z } from 'zod';
import { WORKFLOW_STATES } from '#domain/base/labels.ts';
import { Id } from '#domain/process/process.ts';
import { CalendarDate } from '#domain/sow/sow.ts';

const Username = z
  .string()
  .regex(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,254}$/, 'expected a GitLab username without @, for example ada');
const Texts = z.array(z.string().min(1).max(1_000)).min(1).max(100);

/** A step, or one issue of a step that is made on request: `change-order/1` is the first. */
const Key = z
  .string()
  .regex(
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*(\/[1-9][0-9]?)?$/,
    'expected a step, for example kick-off or change-order/1',
  )
  .max(43);

/** What has become of an issue: `started` and `waiting` are its label, `closed` with nothing filled in, `done` with everything. */
const Standing = z.enum(['open', 'started', 'waiting', 'closed', 'done']);

const StepFacts = z.union([
  Standing,
  z.strictObject({
    is: Standing.default('open'),
    /** Beginnings of the list items that are ticked, or `all`; `done` ticks all. */
    ticked: z.union([z.literal('all'), Texts]).optional(),
    /** Beginnings of the items that are open all the same. */
    not_ticked: Texts.optional(),
    /** Values in the evidence table, `''` for an empty cell; `all` fills every cell, as `done` does. */
    evidence: z.union([z.literal('all'), z.record(z.string(), z.union([z.string(), z.number()]))]).optional(),
    /** Who closed it; left out: whoever has the role. `procession` is Procession itself. */
    by: Username.optional(),
    /** When it was closed; left out: `today`. */
    on: CalendarDate.optional(),
    add_labels: Texts.optional(),
    remove_labels: Texts.optional(),
    /** Recorded time (`/spend`). */
    hours: z.number().min(0).max(10_000).optional(),
    /** How the pipeline that does the step stands; that of a step that is `done` has succeeded. */
    pipeline: z.enum(['running', 'manual', 'success', 'failed', 'canceled', 'skipped']).optional(),
  }),
]);
type StepFacts = z.infer<typeof StepFacts>;

/** A comment with commands. Everybody in a case is a member of the project; roles decide who may. */
const Speech = z.strictObject({
  by: Username,
  /** The step whose issue it stands on; left out: the epic. */
  about: Key.optional(),
  /** `/ps approve` */
  text: z.string().min(1).max(2_000),
  /** When; left out: `today`. */
  on: CalendarDate.optional(),
  /** Whether it is expected to be refused. */
  refused: z.boolean().default(false),
});

const Expectation = z.strictObject({
  /** Where steps stand. */
  states: z.record(Key, z.enum(WORKFLOW_STATES)).default({}),
  /** Where every step stands that `states` does not name. */
  others: z.enum(WORKFLOW_STATES).optional(),
  /** The steps that do not belong to this engagement: all of them. */
  excluded: z.array(Id).optional(),
  /** Every broken rule, by step or `epic`. Left out: none is broken. */
  broken: z.record(Key, z.array(Id).min(1)).default({}),
  /** Parts of what is said to be missing for a step. */
  missing: z.record(Key, Texts).default({}),
  /** The closing steps that are not done: all of them. */
  open_gates: z.array(Id).optional(),
  /** Whether the epic is to be closed. */
  complete: z.boolean().optional(),
  /** Due dates of a launch. */
  due: z.record(Id, CalendarDate).default({}),
});

const Case = z.strictObject({
  /** A sentence of behaviour: what the rules say. */
  name: z.string().min(1).max(200),
  /** Fields that differ from the SOW of the file; nothing behind a field removes it. */
  sow: z.record(z.string(), z.unknown()).optional(),
  profile: Id.optional(),
  policy: z.enum(['enforce', 'warn']).default('enforce'),
  /** Role → usernames, as in `procession.yml`. */
  roles: z.record(Id, z.array(Username)).default({}),
  /** The day on which all this is so. Left out: the day of Closed Won. */
  today: CalendarDate.optional(),
  /** What became of the epic. */
  epic: z.enum(['open', 'closed']).default('open'),
  /** Steps that are done: ticked, filled in and closed. */
  done: z.array(Key).max(100).default([]),
  /** What else is so, by step. A step not named anywhere is as the launch made it. */
  facts: z.record(Key, StepFacts).default({}),
  /** Comments with commands, in the order they were written. */
  said: z.array(Speech).max(50).default([]),
  expect: Expectation,
});
/** Case as it was read, with defaults. */
export type ProcessCase = z.infer<typeof Case>;

/** File of cases that share a SOW: the path of a SOW file (from the folder of this file), or the fields themselves. */
export const CaseFile = z.strictObject({
  sow: z.union([z.string().min(1).max(1_000), z.record(z.string(), z.unknown())]),
  cases: z.array(Case).min(1, 'expected at least one case').max(500),
});
export type CaseFile = z.infer<typeof CaseFile>;

/** Facts in the long form, with everything said. */
export type WholeFacts = Exclude<StepFacts, string>;

/** Gives what a case says about each step, in the long form; `facts` goes over `done`. */
export function caseFacts({ done, facts }: ProcessCase): ReadonlyMap<string, WholeFacts> {
  return new Map([
    ...done.map((step): [string, WholeFacts] => [step, { is: 'done' }]),
    ...Object.entries(facts).map(([step, fact]): [string, WholeFacts] => [
      step,
      typeof fact === 'string' ? { is: fact } : fact,
    ]),
  ]);
}

/** Deeper than any field of a SOW. */
const MAX_DEPTH = 10;

/**
 * Makes the SOW of a case, not checked yet: the SOW of the file with the fields in which the case differs. Groups of
 * fields are merged, lists and values replaced, a field with `null` removed.
 */
export function withDifferences(base: unknown, differences: unknown, depth = 0): unknown {
  if (!isGroup(base) || !isGroup(differences) || depth > MAX_DEPTH) return differences;
  const fields = new Map(Object.entries(base));
  for (const [name, value] of Object.entries(differences))
    if (value === null) fields.delete(name);
    else fields.set(name, fields.has(name) ? withDifferences(fields.get(name), value, depth + 1) : value);
  return Object.fromEntries(fields);
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
