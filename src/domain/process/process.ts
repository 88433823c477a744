import { z } from 'zod';
import { Condition } from '#domain/base/condition-shape.ts';
import { SUBJECTS, type SubjectKind } from '#domain/base/keys.ts';
import { Recurs } from '#domain/recurring/recurs.ts';
import { DEAL_STAGES, type DealStage, REACHABLE_STAGES } from '#domain/sow/deal-stage.ts';
import type { Item } from './item.ts';

export const Id = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected lower-case words with dashes, for example kick-off')
  .max(40);

/**
 * What must have happened before a step is ready. `kick-off` alone means: that step is done (a `blocks` link,
 * and closing this step earlier is undone). `until: started` only delays readiness: no link, nothing undone.
 */
const Predecessor = z.union([
  Id.transform((step) => ({ step, until: 'done' as const })),
  z.strictObject({ step: Id, until: z.enum(['done', 'started']).default('done') }),
]);
export type Predecessor = z.infer<typeof Predecessor>;

/** A day that counts from a date of the SOW, not from a step: `{ from: closed_won, working_days: 3 }`. */
const Bound = z.strictObject({ from: z.string(), working_days: z.number().int().min(-400).max(400) });
export type Bound = z.infer<typeof Bound>;

/** A due date as an offset in working days (negative: before) from an anchor; the first anchor known wins. */
const DueRule = z.strictObject({
  /** `closed_won`, `sow_signed`, `sow_start`, `sow_end`, or the id of another step (its due date). */
  from: z.string(),
  working_days: z.number().int().min(-400).max(400),
  /** Of another step: once that is done, counted anew from the day on which it was, unless a person has set another date. */
  real: z.boolean().optional(),
  /** Never earlier than this, however short the notice. */
  not_before: Bound.optional(),
});
export type DueRule = z.infer<typeof DueRule>;

const Slip = z.enum(['keep', 'slack', 'fixed']);
export type Slip = z.infer<typeof Slip>;

const EvidenceField = z.strictObject({
  /** Exactly the words in the first column of the evidence table, for example `Sent on`. */
  field: z
    .string()
    .min(1)
    .max(80)
    .regex(/^[^|\n*_`<>[\]]+$/, 'expected plain words without Markdown'),
  kind: z
    .enum(['text', 'date', 'url', 'person', 'number', 'amount', 'choice', 'slot', 'sow'])
    .default('text'),
  choices: z.array(z.string().min(1)).optional(),
  required: z.boolean().default(true),
  /** For a `date`: a day that may be still to come (`Booked until`). Without it a date says that something has happened. */
  planned: z.boolean().optional(),
  /** For a `number`: `hours` wants about as many as the engagement's hours say, and shows the step what was estimated. */
  compare: z.enum(['hours']).optional(),
  /** For a `choice`: answers with which the step is not done yet. */
  open: z.array(z.string().min(1)).min(1).optional(),
  /** For a `choice`: answers that make one more issue of a step made by command, each time they are given. */
  makes: z.record(z.string().min(1), Id).optional(),
  /** For a `choice`: answers with which the engagement is given up, once the manager says so. */
  gives_up: z.array(z.string().min(1)).min(1).optional(),
  /** Shown grey in the empty cell. */
  hint: z.string().max(200).optional(),
  when: Condition.optional(),
});
export interface EvidenceField extends z.infer<typeof EvidenceField> {
  /** Names of the field in earlier versions, under which issues may have it. Of an engagement that was migrated. */
  readonly formerly?: readonly string[];
}

/** Somebody of a role must say `/ps approve` on the issue, or set the label that says so. */
const ApprovalRule = z.strictObject({
  role: Id,
  /** How many different people. */
  count: z.number().int().min(1).max(10).default(1),
  /** Whether who did the step (assignee, or who closed it) counts. */
  self: z.boolean().default(false),
  /** Earlier steps whose doers do not count either: who wrote the estimate does not approve it. */
  not_by: z.array(Id).min(1).optional(),
  /** An approval older than this no longer counts. */
  expires_working_days: z.number().int().min(1).max(400).optional(),
  /** A label, by its full name: whoever of the role sets it approves, and taking it off takes that back. */
  label: z.string().min(1).max(255).optional(),
  /** Asked for with SOWs like this alone. */
  when: Condition.optional(),
});
export type ApprovalRule = z.infer<typeof ApprovalRule>;

/**
 * Silence counts as acceptance: so many working days after the date in `sent` (that day is day 1) the step is done by
 * Procession, with a note; the day before it warns. Emptying the field stops the count.
 */
const AcceptanceRule = z.strictObject({
  /** The evidence field with the date of sending. */
  sent: z.string().min(1).max(80),
  /** Without it the SOW's `passive_acceptance.days`, else 5. */
  working_days: z.number().int().min(1).max(90).optional(),
  /** Evidence fields that silence makes unnecessary. */
  fills: z.array(z.string().min(1).max(80)).default([]),
  /** Only for SOWs like this. */
  when: Condition.optional(),
});
export type AcceptanceRule = z.infer<typeof AcceptanceRule>;

/** What must be there before a closed step counts as done. */
const DoneWhen = z.strictObject({
  checklist: z.boolean().default(true),
  evidence: z.array(EvidenceField).default([]),
  approval: ApprovalRule.optional(),
  /** Approvals of several roles, in place of `approval`. One person's word counts for every role that person has. */
  approvals: z.array(ApprovalRule).min(1).max(10).optional(),
  /** Recorded with GitLab's time tracking (`/spend`). */
  time_spent: z.strictObject({ at_least_hours: z.number().positive().max(10_000) }).optional(),
  /** Labels the issue must carry, by their full names. */
  labels: z.array(z.string().min(1).max(255)).default([]),
  /** Steps that are made on demand: every issue of theirs must be done. */
  instances: z.array(Id).default([]),
  acceptance: AcceptanceRule.optional(),
  /** A stage of the deal in which these fields are filled in, and the step is closed, when the rest is there. */
  stage: z
    .strictObject({ is: z.enum(DEAL_STAGES), fills: z.array(z.string().min(1).max(80)).default([]) })
    .optional(),
});
export type DoneWhen = z.infer<typeof DoneWhen>;

/** Names that GitLab and Procession set themselves are not to be had. */
const VariableName = z
  .string()
  .regex(
    /^(?!(?:CI|GITLAB|PROCESSION)_)[A-Za-z_][A-Za-z0-9_]{0,99}$/,
    'expected the name of a CI/CD variable that does not begin with CI_, GITLAB_ or PROCESSION_',
  );

/** Names of ours are not to be had. @see https://docs.gitlab.com/ci/inputs/ */
const InputName = z
  .string()
  .regex(
    /^(?!procession_)[a-z_][a-z0-9_-]{0,99}$/,
    'expected the name of an input in small letters that does not begin with procession_',
  );

const GivenFromSow = z.strictObject({ from: z.string().min(1) });

/** The step is done by a pipeline: it starts when the step becomes ready, and its success closes the issue. */
const PipelineRule = z.strictObject({
  /** Full path of the project whose pipeline it is, for example `services/provisioning`. */
  project: z
    .string()
    .max(255)
    .regex(/^[\w.-]+(\/[\w.-]+)+$/, 'expected the full path of a project, for example services/provisioning'),
  /** Branch or tag. */
  ref: z.string().min(1).max(255),
  /** What it is given: a text, or what stands in the SOW (`from: customer.name`; the elements of a list with commas). */
  variables: z.record(VariableName, z.union([z.string().max(1_000), GivenFromSow])).default({}),
  /**
   * Inputs that the configuration of that project declares (`spec: inputs`), as variables are off in new projects since
   * GitLab 17.7: a text, a number, a truth value, or what stands in the SOW. With them goes `procession_run`.
   */
  inputs: z
    .record(InputName, z.union([z.string().max(1_000), z.number(), z.boolean(), GivenFromSow]))
    .optional(),
  /** The evidence field that its success fills in: kind `url` or `text` with its address, kind `date` with the day. */
  records: z.string().min(1).max(80).optional(),
});
export type PipelineRule = z.infer<typeof PipelineRule>;

/** The step's issues ask for a change of the SOW: what they need follows from the effects that are written in them. */
const ChangeRule = z.strictObject({
  /** The evidence field that says what came of it, with exactly the choices of {@link CHANGE_RESULTS}. */
  result: z.string().min(1).max(80),
  /** The evidence field with the link to the paper, asked for unless nothing is to change. */
  paper: z.string().min(1).max(80),
  /** The evidence field with the reason, asked for where nothing is to change. */
  reason: z.string().min(1).max(80),
});
export type ChangeRule = z.infer<typeof ChangeRule>;

/** What can come of a change request. */
export const CHANGE_RESULTS = [
  'executed',
  'confirmed in writing',
  'new SOW',
  'rejected',
  'withdrawn',
] as const;
export type ChangeResult = (typeof CHANGE_RESULTS)[number];

const EachKind = z.enum(['deliverables', 'milestones', 'services']);

/** One issue for each of these of the SOW; `when`: for SOWs like this alone, others have one issue. */
const EachRule = z.union([
  EachKind.transform((of) => ({ of })),
  z.strictObject({ of: EachKind, when: Condition.optional() }),
]);
export interface EachRule {
  readonly of: z.infer<typeof EachKind>;
  readonly when?: Condition | undefined;
}

/** A step of another process. */
const OtherStep = z.strictObject({ process: Id, step: Id });

/** A step of another engagement; of several, that of the process which the other engagement runs by. */
const Elsewhere = z.union([
  OtherStep.transform((one) => [one]),
  z.array(OtherStep).min(1, 'expected at least one step').max(10),
]);

/** Front matter of `issue_templates/<process>/<step>.md`. */
export const StepFrontMatter = z.strictObject({
  title: z.string().min(1).max(120),
  /** The role that does the step. */
  owner: Id,
  kind: z.enum(['once', 'recurring', 'on-demand']).default('once'),
  /** `command`: no issue at launch; `/ps add <step> [title]` makes one each time (`kind: on-demand` only). */
  created: z.enum(['launch', 'command']).default('launch'),
  /** Other ids by which `/ps add` knows it, such as the one it had before. */
  aliases: z.array(Id).min(1).optional(),
  changes: ChangeRule.optional(),
  when: Condition.optional(),
  after: z.array(Predecessor).default([]),
  /** The stage from which on it is ready, in a process about deals: like a step that must have begun, and nothing is undone. */
  ready_when: z.strictObject({ stage: z.enum(REACHABLE_STAGES) }).optional(),
  /** For steps that run alongside others (recurring): may be closed only once this step is done; closed with the epic. */
  until: Id.optional(),
  /** One thread per occurrence on the step's one issue (`kind: recurring` only). */
  recurs: Recurs.optional(),
  due: z.array(DueRule).default([]),
  /** Last day on which the work is of use: no due date by the rules is later, however short the notice. */
  not_after: Bound.optional(),
  /** What becomes of the date when an earlier step is late: `keep` the distance to it, use up `slack`, or `fixed`. */
  slip: Slip.default('keep'),
  /** Working days that the work takes at least: how close `slack`, `fixed` and dates set by people come to what is before. */
  needs: z.number().int().min(0).max(400).default(1),
  done_when: DoneWhen.prefault({}),
  pipeline: PipelineRule.optional(),
  each: EachRule.optional(),
  /** Whoever is the issue's assignee when the step is done gets this role: that is how the engineer becomes known. */
  appoints: Id.optional(),
  /** Comes after the engagement has closed (billing, money): takes no part in closing, and may stay open in a closed epic. */
  after_close: z.boolean().optional(),
  /** A step of the engagement that comes of this one: has no issue of its own, and is done when that step is. */
  done_by: Elsewhere.optional(),
  /** As `done_by`, of a step that is this very step in the other engagement: one issue, one date. */
  same_as: Elsewhere.optional(),
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
  /** Item of the SOW that the step is about, of a step with `each`. */
  readonly item?: Item;
  /** Reason why one engagement is not asked for the step, whatever its SOW says: it was migrated to this version. */
  readonly notAsked?: string;
}

/** `issue_templates/<process>/process.yml`. */
export const ProcessFile = z.strictObject({
  id: Id,
  /** Grows with every change of the rules; an engagement keeps the version it was launched with. */
  version: z.int().min(1).max(9_999).default(1),
  name: z.string().min(1).max(120),
  summary: z.string().min(1).max(500),
  /** What it is about: a SOW that is won, or a deal before there is one. */
  about: z.enum(SUBJECTS).default('sow'),
  /** When it begins: the stages of a deal in one of which it is first seen. A process about SOWs begins when they are won. */
  launch: z.strictObject({ stage: z.array(z.enum(DEAL_STAGES)).min(1) }).optional(),
  titles: z.strictObject({ epic: z.string().min(1).max(200), issue: z.string().min(1).max(200) }),
  /** The steps in the order people read them; each is a file `<id>.md` beside this one. */
  steps: z.array(Id).min(1).max(100),
  /** The closing steps: the epic closes when all of them are done. */
  close_when: z.array(Id).min(1),
  /** How a deal becomes a SOW: the step whose end starts it, and fields of the SOW that evidence gives. */
  hands_over: z
    .strictObject({
      after: Id,
      fields: z.record(z.string(), z.strictObject({ step: Id, field: z.string().min(1) })).default({}),
    })
    .optional(),
  /** Of a process about deals: steps that must be done once the deal is in a stage, or further; else that is told. */
  stages: z.partialRecord(z.enum(REACHABLE_STAGES), z.array(Id).min(1)).optional(),
  /** Named variants: replace `after` of some steps. */
  profiles: z
    .record(Id, z.strictObject({ summary: z.string().min(1), after: z.record(Id, z.array(Predecessor)) }))
    .default({}),
});
export type ProcessFile = z.infer<typeof ProcessFile>;

/** A whole process, checked and ready to use. `steps` keeps the reading order of `process.yml`. */
export interface ProcessDefinition {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly summary: string;
  readonly about: SubjectKind;
  /** The stages in which it launches. */
  readonly launchStages: readonly DealStage[];
  readonly titles: { readonly epic: string; readonly issue: string };
  readonly steps: readonly Step[];
  readonly closeWhen: readonly string[];
  /** How a deal becomes a SOW; absent: it does not by itself. */
  readonly handsOver?: ProcessFile['hands_over'] | undefined;
  /** Steps that must be done by the stages of a deal; absent: none. */
  readonly stages?: ProcessFile['stages'] | undefined;
  /** `epic.md`: the part of the epic below the managed block. */
  readonly epicBody: string;
  /** Partials (`_name.md`), usable as `{{> name}}`. */
  readonly partials: Readonly<Record<string, string>>;
  /** The profile applied, `null` for the plain process. */
  readonly profile: string | null;
  /** The version is not frozen: who launches with it is warned. Set by the process store. */
  readonly draft?: true;
}

/** The stages in which a process launches that does not say. */
const LAUNCH_STAGES: Readonly<Record<SubjectKind, readonly DealStage[]>> = {
  sow: ['closed_won'],
  deal: ['scoping', 'proposal', 'negotiating', 'signature'],
};

/** The stages in which a process launches. */
export function launchStagesOf({
  about,
  launch,
}: Pick<ProcessFile, 'about' | 'launch'>): readonly DealStage[] {
  return launch?.stage ?? LAUNCH_STAGES[about];
}

/** A process in all its profiles, the plain one first. */
export type InAllProfiles = readonly [plain: ProcessDefinition, ...others: ProcessDefinition[]];

/** Whether a step has an issue only when somebody asks for one. */
export function isMadeByCommand(step: Pick<Step, 'created'>): boolean {
  return step.created === 'command';
}

/** The steps of another engagement that stand for this one; empty where the step has an issue of its own. */
export function elsewhereOf({ done_by: by, same_as: same }: Pick<Step, 'done_by' | 'same_as'>): readonly {
  readonly process: string;
  readonly step: string;
}[] {
  return same ?? by ?? [];
}

/** Whether another engagement has the issue of a step. */
export function isElsewhere(step: Pick<Step, 'done_by' | 'same_as'>): boolean {
  return elsewhereOf(step).length > 0;
}
