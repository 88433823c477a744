/**
 * A decision with everything it was made from, as one line of JSON: so that it can be made again under other rules.
 * Holds no amounts, and of descriptions only what rules read.
 */
import { z } from 'zod';
import { formatPath, type InputProblem, shown } from './input-problem.ts';
import { isStepKey } from './keys.ts';
import { WORKFLOW_STATES } from './labels.ts';
import { Owed, Rulings } from './rulings.ts';
import { Sow, SowNumber } from './sow.ts';

/** Another one when an older Procession would understand a record wrongly. */
export const RECORD_VERSION = 1;

const Key = z.string().refine(isStepKey);
const Instant = z.iso.datetime({ offset: true });
const CalendarDate = z.iso.date();
const User = z.object({ id: z.int(), username: z.string() });

const item = {
  id: z.int(),
  iid: z.int(),
  title: z.string(),
  description: z.string(),
  state: z.enum(['opened', 'closed']),
  labels: z.array(z.string()),
  reference: z.string(),
  author: User,
  createdAt: Instant,
  updatedAt: Instant,
  closedAt: Instant.nullable(),
};

const RecordedEpic = z.object(item);
export type RecordedEpic = Readonly<z.infer<typeof RecordedEpic>>;

const RecordedIssue = z.object({
  ...item,
  projectId: z.int(),
  assignees: z.array(User),
  dueDate: CalendarDate.nullable(),
  epicId: z.int().nullable(),
  confidential: z.boolean(),
  blockingCount: z.int().nullable(),
  closedBy: User.nullable(),
  timeSpentSeconds: z.number().min(0),
  notesCount: z.int().nullable(),
  movedToId: z.int().nullable(),
});
export type RecordedIssue = Readonly<z.infer<typeof RecordedIssue>>;

const Capabilities = z.object({
  epics: z.boolean(),
  blockingLinks: z.boolean(),
  scopedLabels: z.boolean(),
  multipleAssignees: z.boolean(),
  weight: z.boolean(),
  groupHooks: z.boolean(),
  groupBoards: z.boolean(),
  healthStatus: z.boolean().nullable(),
});

const NoteTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('epic') }),
  z.object({ kind: z.literal('step'), step: Key }),
]);

/** What people had ruled, with what they had just asked for; the comments themselves are not kept. */
const Heard = z.object({
  rulings: Rulings,
  answers: z.array(
    z.object({
      target: NoteTarget,
      noteId: z.int(),
      outcome: z.enum(['done', 'refused']),
      changes: z.boolean(),
    }),
  ),
  effects: Owed.extend({ unpause: z.boolean() }),
});

/** A rule that a step breaks, and what is missing: `step kick-off`, `evidence Sent on`, `gate approval`. */
const Broken = z.object({ rule: z.string(), missing: z.array(z.string()) });
export type Broken = Readonly<z.infer<typeof Broken>>;

/** What was decided, in short: what two decisions are compared by. */
const Decided = z.object({
  steps: z.array(
    z.object({
      step: Key,
      state: z.enum(WORKFLOW_STATES),
      broken: z.array(Broken),
      /** Why it stands there, one sentence without a full stop; told and not compared. */
      why: z.string(),
    }),
  ),
  /** Steps that do not belong to the SOW, and why; told and not compared. */
  excluded: z.array(z.object({ step: Key, why: z.string() })),
  epic: z.enum(['open', 'closed']),
  /** Whether the policy let the actions be carried out. */
  verdict: z.enum(['go', 'shadow', 'braked']),
  actions: z.array(z.string()),
});
export type Decided = Readonly<z.infer<typeof Decided>>;

export const DecisionRecord = z.object({
  version: z.literal(RECORD_VERSION),
  at: Instant,
  engagement: SowNumber,
  process: z.object({
    id: z.string(),
    profile: z.string().nullable(),
    /** Another one when any file of the process says something else. */
    digest: z.string(),
  }),
  /** Id of the user behind the token. */
  ownUserId: z.int(),
  /** The SOW of its source; `null` where the record in the epic was used. */
  sow: Sow.nullable(),
  options: z.object({ claimed: z.boolean(), resume: z.boolean(), migrate: z.boolean() }),
  epics: z.array(RecordedEpic),
  issues: z.array(RecordedIssue),
  capabilities: Capabilities,
  /** Links that the epic remembers and that were gone. */
  lostLinks: z.array(z.object({ from: Key, to: Key })),
  /** Labels of the group that matter here; `null` where nobody had to read them. */
  labels: z.array(z.string()).nullable(),
  heard: Heard,
  decided: Decided,
});
export type DecisionRecord = Readonly<z.infer<typeof DecisionRecord>>;

/** Reads one line. @param at the line, for the problem */
export function parseDecisionRecord(
  line: string,
  at: { readonly file: string; readonly line: number },
): DecisionRecord | InputProblem {
  const problem = (path: string, message: string, fix: string): InputProblem => ({
    ...at,
    path,
    message,
    fix,
    severity: 'error',
  });
  const json = parseJson(line);
  if (typeof json !== 'object' || json === null)
    return problem('', 'is no record of a decision', 'Take the line out; a crash may have cut it off.');
  const version = 'version' in json ? json.version : undefined;
  if (version !== RECORD_VERSION)
    return problem(
      'version',
      `expected ${RECORD_VERSION}, got ${shown(version)}`,
      'Replay it with the Procession that recorded it, or record anew.',
    );
  const record = DecisionRecord.safeParse(json);
  if (record.success) return record.data;
  const [issue] = record.error.issues;
  const path = formatPath(
    (issue?.path ?? []).map((part) => (typeof part === 'symbol' ? String(part) : part)),
  );
  return problem(
    path,
    issue?.message ?? 'does not fit',
    'Take the line out; records are not edited by hand.',
  );
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
