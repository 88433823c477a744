import { z } from 'zod';

export const Id = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected lower-case words with dashes, for example kick-off')
  .max(40);

/**
 * A condition on SOW data. Keys are paths into the SOW (`deployment`, `customer.region`, `services.sku`);
 * for a path through a list any element may match. Values:
 * `aws` (equals) · `[aws, on-prem]` (one of) · `{ not: aws }` or `{ not: [..] }` · `{ present: true }` ·
 * `{ at_least: 80 }`, `{ at_most: 200 }` (numbers and dates). Several keys must all hold;
 * `all:`, `any:` and `none:` take lists of conditions. No code is ever run.
 */
const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Test = z.union([
  Scalar,
  z.array(Scalar).min(1),
  z.strictObject({
    is: z.union([Scalar, z.array(Scalar).min(1)]).optional(),
    not: z.union([Scalar, z.array(Scalar).min(1)]).optional(),
    present: z.boolean().optional(),
    at_least: z.union([z.number(), z.string()]).optional(),
    at_most: z.union([z.number(), z.string()]).optional(),
  }),
]);
export type ConditionTest = z.infer<typeof Test>;

export type Condition = {
  readonly [path: string]: ConditionTest | readonly Condition[] | undefined;
};
export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z
    .object({
      all: z.array(Condition).optional(),
      any: z.array(Condition).optional(),
      none: z.array(Condition).optional(),
    })
    .catchall(Test),
);

/**
 * What must have happened before a step is ready. `kick-off` alone means: that step is done (a `blocks` link,
 * and closing this step earlier is undone). `until: started` only delays readiness: no link, nothing undone.
 */
const Predecessor = z.union([
  Id.transform((step) => ({ step, until: 'done' as const })),
  z.strictObject({ step: Id, until: z.enum(['done', 'started']).default('done') }),
]);
export type Predecessor = z.infer<typeof Predecessor>;

/** A due date as an offset in working days (negative: before) from an anchor; the first anchor known wins. */
const DueRule = z.strictObject({
  /** `closed_won`, `sow_signed`, `sow_start`, `sow_end`, or the id of another step (its due date). */
  from: z.string(),
  working_days: z.number().int().min(-400).max(400),
});
export type DueRule = z.infer<typeof DueRule>;

const EvidenceField = z.strictObject({
  /** Exactly the words in the first column of the evidence table, for example `Sent on`. */
  field: z
    .string()
    .min(1)
    .max(80)
    .regex(/^[^|\n*_`<>[\]]+$/, 'expected plain words without Markdown'),
  kind: z.enum(['text', 'date', 'url', 'person', 'number', 'choice']).default('text'),
  choices: z.array(z.string().min(1)).optional(),
  required: z.boolean().default(true),
  /** Shown grey in the empty cell. */
  hint: z.string().max(200).optional(),
  when: Condition.optional(),
});
export type EvidenceField = z.infer<typeof EvidenceField>;

/** Front matter of `issue_templates/<process>/<step>.md`. */
export const StepFrontMatter = z.strictObject({
  title: z.string().min(1).max(120),
  /** The role that does the step. */
  owner: Id,
  kind: z.enum(['once', 'recurring', 'on-demand']).default('once'),
  when: Condition.optional(),
  after: z.array(Predecessor).default([]),
  /** For steps that run alongside others (recurring): may be closed only once this step is done; closed with the epic. */
  until: Id.optional(),
  due: z.array(DueRule).default([]),
  done_when: z
    .strictObject({ checklist: z.boolean().default(true), evidence: z.array(EvidenceField).default([]) })
    .default({ checklist: true, evidence: [] }),
  confidential: z.boolean().default(false),
});
export type StepFrontMatter = z.infer<typeof StepFrontMatter>;

/** One step of a process definition: front matter plus the Markdown template below it. */
export interface Step extends StepFrontMatter {
  readonly id: string;
  /** Mustache Markdown, rendered once when the issue is created; afterwards it belongs to people. */
  readonly body: string;
  /** Where the template stands, for messages: `issue_templates/delivery/kick-off.md`. */
  readonly file: string;
}

/** `issue_templates/<process>/process.yml`. */
export const ProcessFile = z.strictObject({
  id: Id,
  name: z.string().min(1).max(120),
  summary: z.string().min(1).max(500),
  titles: z.strictObject({ epic: z.string().min(1).max(200), issue: z.string().min(1).max(200) }),
  /** The steps in the order people read them; each is a file `<id>.md` beside this one. */
  steps: z.array(Id).min(1).max(100),
  /** The completion gates: the epic closes when all of these are done. */
  close_when: z.array(Id).min(1),
  /** Named variants: replace `after` of some steps. */
  profiles: z
    .record(Id, z.strictObject({ summary: z.string().min(1), after: z.record(Id, z.array(Predecessor)) }))
    .default({}),
});
export type ProcessFile = z.infer<typeof ProcessFile>;

/** A whole process, checked and ready to use. `steps` keeps the reading order of `process.yml`. */
export interface ProcessDefinition {
  readonly id: string;
  readonly name: string;
  readonly summary: string;
  readonly titles: { readonly epic: string; readonly issue: string };
  readonly steps: readonly Step[];
  readonly closeWhen: readonly string[];
  /** `epic.md`: the part of the epic below the managed block. */
  readonly epicBody: string;
  /** Partials (`_name.md`), usable as `{{> name}}`. */
  readonly partials: Readonly<Record<string, string>>;
  /** The profile applied, `null` for the plain process. */
  readonly profile: string | null;
}
