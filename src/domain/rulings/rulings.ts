/**
 * What people have ruled about one engagement by comment (`/ps …`), and how far their comments have been read. Kept
 * in the epic's managed block as one line, so that every run decides alike with no other memory. Written together
 * with the last change a command causes: after a crash before that, the comments are read and followed again.
 *
 * Never load-bearing: a line that is gone or damaged is made again from the comments themselves.
 */

import { z } from 'zod';
import { isStepKey } from '#domain/base/keys.ts';
import { HEALTH_STATES } from '#domain/base/labels.ts';
import { decodeRecord, encodeRecord } from '#domain/base/record-line.ts';
import { UNCOMPILED } from '#domain/base/uncompiled.ts';
import { PipelineRun } from './pipeline-run.ts';

const Key = z.string().refine(isStepKey);
const CalendarDate = z.iso.date();

/** Who said it (the id outlives a rename), on which date (of the calendar's time zone), in which comment. */
const given = {
  by: z.string(),
  byId: z.int(),
  on: CalendarDate,
  note: z.int(),
  /**
   * The instant the comment was written, ISO 8601: who wrote it and when is what stays the same of a comment when its
   * issue is moved. Absent where there is no comment, and in records that are older than this field.
   */
  at: z.string().optional(),
};

/** A reasoned exception: the step counts as done when closed, whatever it lacks. */
const Waiver = z.object({
  step: Key,
  reason: z.string(),
  /** The step is not to be done at all: its issue is closed by us. */
  skip: z.boolean(),
  /** Its issue was closed under this waiver; when it is open again the waiver has expired. */
  used: z.boolean(),
  ...given,
});
export type Waiver = z.infer<typeof Waiver>;

/** In the record, what stands in place of the comment of an approval that rests on a label. */
const BY_LABEL = 0;

/** The consent that a step asks for. Its note is `null` when it rests on a label. */
const Approval = z.object({
  step: Key,
  /** Roles for which it was given; absent in records that are older than steps with several: for the first of them. */
  roles: z.array(z.string()).optional(),
  /** Reason why these roles need not approve: then it is no consent, the manager does without. */
  waived: z.string().optional(),
  /** Of a change request: name of the text of effects that was approved, or whose approval was waived. */
  effects: z.string().optional(),
  ...given,
  note: z.int().transform((note) => (note === BY_LABEL ? null : note)),
});
export type Approval = z.infer<typeof Approval>;

/** Whether an approval, or the waiver of one, is about a role. @param first the role that a step asks first */
export function isForRole({ roles }: Approval, role: string, first: string | undefined): boolean {
  return roles === undefined ? role === first : roles.includes(role);
}

/** Somebody got a role, by `/ps assign` or by closing a step that appoints. */
const Appointment = z.object({ role: z.string(), username: z.string(), ...given });
export type Appointment = z.infer<typeof Appointment>;

/** Why an engagement stands still. */
const Hold = z.object({
  reason: z.string(),
  /**
   * It was given up: open issues are closed. `cause`: the source of the SOW that says that the deal is lost, or
   * `manager`.
   */
  withdrawn: z.object({ cause: z.string() }).optional(),
  ...given,
});
export type Hold = z.infer<typeof Hold>;

/** One more issue of a step that is made on demand. */
const Instance = z.object({
  step: Key,
  title: z.string().nullable(),
  /** Hours sold that are nearly used, where these have made it and no person. */
  hours: z.number().optional(),
  /** Digest of the answer that asked for it, where an answer in the evidence did and no person's command. */
  answer: z.string().optional(),
  ...given,
});
export type Instance = z.infer<typeof Instance>;

/** No reminders about a step up to and including this date. */
const Snooze = z.object({ step: Key, until: CalendarDate, ...given });
export type Snooze = z.infer<typeof Snooze>;

/** What was said about single occurrences of a recurring step, or about its weekday and time. */
const CallRuling = z.object({
  step: Key,
  what: z.enum(['moved', 'skip', 'slot']),
  /** Nominal date of the occurrence; `null` for a slot. */
  id: CalendarDate.nullable(),
  /** Day and time that an occurrence is moved to. */
  to: CalendarDate.nullable(),
  time: z.string().nullable(),
  /** As `slotText` writes it. */
  slot: z.string().nullable(),
  reason: z.string(),
  ...given,
});
export type CallRuling = z.infer<typeof CallRuling>;

/** A change request that was carried out: what it says from then on changes nothing. */
const AppliedChange = z.object({
  step: Key,
  /** Kind of change that it was. */
  kind: z.string(),
  paper: z.string(),
  /** Revision of the SOW that it became; `null`: no field of the SOW is other. */
  revision: z.int().nullable(),
  /** Name of the text that its effects had. */
  effects: z.string(),
  ...given,
});
export type AppliedChange = z.infer<typeof AppliedChange>;

/** Effects that cannot be carried out: whoever wrote them was told so about the text with this name. */
const ToldEffects = z.object({ step: Key, text: z.string() });

/** Effects of an open change request as its issue showed them last: what people can have approved. */
const ShownEffects = z.object({ step: Key, text: z.string() });

/** A hold that is over: its first day, and the day the engagement went on. */
const PastHold = z.object({ from: CalendarDate, to: CalendarDate });

/** A step whose due date a person has set: nothing but a person moves it. */
const Pin = z.object({ step: Key });

/** The date that an applied plan gave a step last, and the day it did: holds up to that day are in it. */
const Moved = z.object({ step: Key, to: CalendarDate, on: CalendarDate });
export type Moved = z.infer<typeof Moved>;

/** One date that is to move. */
const DateMove = z.object({ step: Key, from: CalendarDate, to: CalendarDate });
export type DateMove = z.infer<typeof DateMove>;

/** Dates that are to move together, for one cause. */
const Replan = z.object({
  /** The step that moved the others, {@link ON_HOLD}, or {@link ON_REQUEST}: somebody asked for earlier dates. */
  cause: z.string(),
  moves: z.array(DateMove),
  /** The day it was proposed, by which its comment is known. */
  since: CalendarDate,
  /** The day the moves became what they are: from then on an answer is waited for. */
  on: CalendarDate,
  /** The manager was reminded that nobody has answered. */
  reminded: z.boolean().default(false),
  /** It is to be carried out. `by`: who said so; `null`: the settings do. */
  accepted: z.object({ by: z.string().nullable() }).nullable().default(null),
  /** Nothing is to move. */
  dropped: z
    .object({ reason: z.string(), ...given })
    .nullable()
    .default(null),
});
export type Replan = Readonly<z.infer<typeof Replan>>;

/** Whether a proposal waits for an answer. */
export function isOpenReplan({ accepted, dropped }: Replan): boolean {
  return accepted === null && dropped === null;
}

/** Causes of moves that are no step: no step has such a key. */
export const ON_HOLD = 'on hold';
export const ON_REQUEST = 'on request';

/** Whether the cause of a move is a step. */
export function isStepCause(cause: string): boolean {
  return cause !== ON_HOLD && cause !== ON_REQUEST;
}

const HealthOverride = z.object({
  value: z.enum(HEALTH_STATES),
  /** The last date it holds. */
  until: CalendarDate,
  reason: z.string(),
  ...given,
});
export type HealthOverride = z.infer<typeof HealthOverride>;

/**
 * Reminders of one step in the order in which they come. `turn` is none that is written: when a step becomes ready with
 * its due date near, the mention in its block says so already. `acceptance`: silence is about to count; `accepted`:
 * silence has counted.
 */
const ReminderStage = z.enum(['turn', 'before', 'late', 'escalated', 'acceptance', 'accepted']);
export type ReminderStage = z.infer<typeof ReminderStage>;

const Reminder = z.object({
  step: Key,
  stage: ReminderStage,
  /** The due date that the reminder was about, or the last day for an objection. */
  date: CalendarDate,
  /** The day of the reminder. */
  on: CalendarDate,
});
/** The last reminder about a step. */
export type Reminder = z.infer<typeof Reminder>;

/** In the record, stage and date are one word: `late:2026-11-25`. A word of another release counts as nothing said. */
const StoredReminder = z
  .object({ step: Key, stage: z.string(), on: CalendarDate })
  .transform(({ step, stage: word, on }) => {
    const [stage, date] = word.split(':');
    return Reminder.safeParse({ step, stage, date, on }).data ?? null;
  });

/** Since when a step waits for somebody outside. */
const Waiting = z.object({ step: Key, since: CalendarDate });

/** What commands do once. While the engagement is stopped it is kept, and done when it goes on. */
const Owed = z.object({
  /** Dates that issues get; the last word about a step counts. */
  dueDates: z.array(z.object({ step: Key, date: CalendarDate })),
  /** Steps whose dates are those of the plan again. */
  autoDue: z.array(Key).default([]),
  /** Roles that somebody else has now: open issues of theirs go over. */
  roles: z.array(z.string()),
  /** A health label that a person has set no longer stays. */
  autoHealth: z.boolean(),
});
export type Owed = z.infer<typeof Owed>;

/** How far the comments of an epic or issue have been followed. */
const Reading = z.object({
  /** Global id of the epic or issue, with its kind: `issue 501`. */
  item: z.string(),
  /** Comments then on it, where GitLab counts them. */
  count: z.int().nullable(),
  /** Comments up to this id have been followed or are none of ours. */
  upTo: z.int(),
  /** The instant the last of them was written, ISO 8601; absent in records that are older than this field. */
  at: z.string().optional(),
  /** Rules of our notes on it that ask for something still; absent: none. */
  asking: z.array(z.string()).optional(),
});
export type Reading = z.infer<typeof Reading>;

/** The id that the label of a name had, so that another label is not taken for it when it gets that name. */
const LabelId = z.object({
  name: z.string(),
  /** `null`: the group had no label of this name. */
  id: z.int().nullable(),
  /** From when on the id counts, ISO 8601; the first one of a name always does. */
  since: z.string(),
});
export type LabelId = z.infer<typeof LabelId>;

/** Rulings of people about one engagement, and what a run remembers for the next. */
export const Rulings = z.object({
  waivers: z.array(Waiver).default([]),
  approvals: z.array(Approval).default([]),
  appointments: z.array(Appointment).default([]),
  hold: Hold.nullable().default(null),
  /** A manager wants to withdraw the engagement, and is asked what that would do. */
  withdrawal: z
    .object({ reason: z.string(), ...given })
    .nullable()
    .default(null),
  /** Holds that are over. */
  holds: z.array(PastHold).default([]),
  calls: z.array(CallRuling).default([]),
  instances: z.array(Instance).default([]),
  changes: z.array(AppliedChange).default([]),
  toldEffects: z.array(ToldEffects).default([]),
  shownEffects: z.array(ShownEffects).default([]),
  snoozes: z.array(Snooze).default([]),
  pinned: z.array(Pin).default([]),
  moved: z.array(Moved).default([]),
  replans: z.array(Replan).default([]),
  health: HealthOverride.nullable().default(null),
  /** The health label we set last; another value on the epic was set by a person. */
  healthSet: z.enum(HEALTH_STATES).default('on track'),
  reminders: z
    .array(StoredReminder)
    .transform((reminders) => reminders.filter((reminder) => reminder !== null))
    .default([]),
  waiting: z.array(Waiting).default([]),
  owed: Owed.nullable().default(null),
  /** Of steps that a pipeline does, the last run of each. */
  runs: z.array(PipelineRun).default([]),
  readings: z.array(Reading).default([]),
  labelIds: z.array(LabelId).default([]),
});
export type Rulings = Readonly<z.infer<typeof Rulings>>;

/** Whether the engagement was given up. */
export function isWithdrawn({ hold }: Pick<Rulings, 'hold'>): boolean {
  return hold?.withdrawn !== undefined;
}

/** Reminders that were given up to a day. What a clock that was wrong has recorded for a day to come was not said. */
export function saidSoFar({
  rulings,
  today,
}: {
  readonly rulings: Rulings;
  readonly today: string;
}): readonly Reminder[] {
  return rulings.reminders.filter(({ on }) => on <= today);
}

/** Rulings while nobody has ruled anything. */
export const NO_RULINGS: Rulings = Rulings.parse({}, UNCOMPILED);

/** Line of the record; `null` while nobody has ruled anything. @example `<!-- procession:rulings v1 … -->` */
export function encodeRulings(rulings: Rulings): string | null {
  const said = saidIn(rulings);
  return Object.keys(said).length === 0 ? null : encodeRecord('rulings', said);
}

/** Rulings as the record holds them, without what is as by default: nothing at all while nobody has ruled anything. */
export function saidIn(rulings: Rulings): Readonly<Record<string, unknown>> {
  const { approvals, reminders, ...others } = rulings;
  const stored = {
    ...others,
    approvals: approvals.map(({ note, ...approval }) => ({ ...approval, note: note ?? BY_LABEL })),
    reminders: reminders.map(({ step, stage, date, on }) => ({ step, stage: `${stage}:${date}`, on })),
  };
  return Object.fromEntries(Object.entries(stored).filter(([name, value]) => !isDefault(name, value)));
}

/** Rulings that a text records; none when the line was edited or cut off. */
export function decodeRulings(text: string): Rulings {
  const record = decodeRecord('rulings', text);
  if (record.kind !== 'ok') return NO_RULINGS;
  const rulings = Rulings.safeParse(record.value);
  return rulings.success ? rulings.data : NO_RULINGS;
}

function isDefault(name: string, value: unknown): boolean {
  const usual = NO_RULINGS[name as keyof Rulings];
  return Array.isArray(usual) ? Array.isArray(value) && value.length === 0 : value === usual;
}
