/**
 * One engagement as people who wait want to see it. The schema is the contract of `report --json` and of
 * `/engagements/<sow>.json`: fields are added, never changed. All text is on one line, without invisible characters.
 */
import { z } from 'zod';
import { CHANGE_STATES } from '#domain/assess/changes.ts';
import { SUBJECTS } from '#domain/base/keys.ts';
import { HEALTH_STATES, MONEY_STATES, WORKFLOW_STATES } from '#domain/base/labels.ts';
import { CHANGE_KINDS, PAPERS } from '#domain/base/settings.ts';
import { HoursSeen } from '#domain/hours/seen.ts';

const CalendarDay = z.string().describe('A date: 2026-11-30.');
const Instant = z.string().describe('ISO 8601, UTC.');
const Address = z.string().nullable().describe('Web address in GitLab; null while there is none.');
const Late = z
  .number()
  .int()
  .min(0)
  .describe(
    'Calendar days late: since its due date, or since one working day after it could begin, where that is later; 0: not late.',
  );

/** Instant since which it is somebody's turn. */
export const Since = z.object({
  at: Instant,
  days: z.number().int().min(0).describe('Calendar days until the report was made.'),
  exact: z
    .boolean()
    .describe(
      'false: the earliest it can have been, because GitLab does not tell when an earlier step was started.',
    ),
});
export type Since = Readonly<z.infer<typeof Since>>;

/** Whom a step waits for. */
const Waited = z.object({
  kind: z
    .enum(['user', 'name', 'role', 'engagement'])
    .describe(
      'user: a GitLab username. name: a person of the SOW without one. role: nobody is named yet. engagement: the delivery of a deal, which has the issue.',
    ),
  name: z.string(),
});
export type Waited = Readonly<z.infer<typeof Waited>>;

/** A step that somebody can act on now. */
export const Turn = z.object({
  step: z.string(),
  title: z.string(),
  who: z.array(Waited).min(1),
  state: z.enum(WORKFLOW_STATES),
  outside: z.boolean().describe('It waits for somebody outside the team; "who" follows it up.'),
  since: Since.nullable(),
  due: CalendarDay.nullable(),
  daysLate: Late,
  reference: z.string().nullable(),
  url: Address,
});
export type Turn = Readonly<z.infer<typeof Turn>>;

/** Broken rule as the report tells it. */
export const ReportedFinding = z.object({
  step: z.string().nullable().describe('null: about the epic or the engagement as a whole.'),
  title: z.string().nullable(),
  rule: z.string().describe('As in check --json.'),
  message: z.string(),
  missing: z.array(z.string()),
  fix: z.array(z.string()),
  url: Address,
});
export type ReportedFinding = Readonly<z.infer<typeof ReportedFinding>>;

const ReportedWaiver = z.object({
  step: z.string(),
  title: z.string(),
  by: z.string().nullable(),
  on: CalendarDay.nullable(),
  reason: z.string().nullable(),
  approval: z
    .string()
    .optional()
    .describe('Role whose approval alone is done without; absent: everything that is missing is.'),
});
export type ReportedWaiver = Readonly<z.infer<typeof ReportedWaiver>>;

/** Step of an engagement as the report tells it. */
export const ReportedStep = z.object({
  step: z.string(),
  title: z.string(),
  role: z.string(),
  who: z.array(Waited).min(1),
  state: z.enum(WORKFLOW_STATES),
  alongside: z.boolean().describe('It runs alongside others and ends with them.'),
  after: z.array(z.object({ step: z.string(), until: z.enum(['done', 'started']) })),
  waitsFor: z.array(z.object({ step: z.string(), title: z.string(), until: z.enum(['done', 'started']) })),
  since: Since.nullable().describe('When it could begin; null: it cannot yet, or it is not known.'),
  due: CalendarDay.nullable(),
  daysLate: Late,
  forecast: CalendarDay.nullable().describe(
    'When it will be done, as things stand; null: done, a tracker or register, or nothing says when.',
  ),
  cannotBeHeld: z.boolean().describe('Its due date stays, and the forecast is later.'),
  doneOn: CalendarDay.nullable(),
  approvals: z
    .array(
      z.object({
        role: z.string(),
        by: z.string().nullable().describe('null: it is missing.'),
        on: CalendarDay.nullable(),
        waived: z.string().nullable().describe('Why it is done without, as "by" said.'),
      }),
    )
    .optional()
    .describe('Of a step that asks for any, in its order; a role that needs two people has two.'),
  change: z
    .object({
      kind: z.enum(CHANGE_KINDS).nullable().describe('null: its effects are not written yet, or wrong.'),
      state: z.enum(CHANGE_STATES),
      paper: z.enum(PAPERS).nullable().describe('What it needs.'),
      approvals: z.array(z.object({ role: z.string(), by: z.string().nullable() })),
    })
    .optional()
    .describe('Of a change request.'),
  occurrences: z
    .object({
      held: z.number().int(),
      heldOver: z.number().int().describe('Not held because the engagement was on hold.'),
      missed: z.number().int().describe('No thread was opened for them.'),
      minutes: z.number().int().describe('Threads with minutes.'),
      next: CalendarDay.nullable(),
      lacking: z.number().int().optional().describe('Minutes that are overdue.'),
      days: z
        .array(
          z.object({
            on: CalendarDay,
            fate: z
              .enum(['held', 'not held', 'no minutes', 'open', 'held over', 'called off', 'missed'])
              .describe(
                'not held: its minutes say so. no minutes: they are overdue. open: they are not yet. missed: no thread was opened.',
              ),
          }),
        )
        .optional()
        .describe('The latest, in order.'),
    })
    .optional()
    .describe('Of a recurring step that has begun.'),
  reference: z.string().nullable(),
  url: Address,
});
export type ReportedStep = Readonly<z.infer<typeof ReportedStep>>;

/** What is known of a deal beside its steps. */
export const ReportedDeal = z.object({
  stage: z.string().describe('In the words of docs/deals.md.'),
  stageSince: CalendarDay.nullable().describe(
    'Day on which it came into that stage; null: it was launched in it, or GitLab does not tell any more.',
  ),
  openedOn: CalendarDay,
  expectedClose: CalendarDay.nullable(),
  opportunity: z.string().describe('Web address in the CRM.'),
  lost: z
    .object({
      stage: z.string().describe('lost or stale.'),
      reason: z.string().nullable().describe('As its source has it; null: it says none.'),
      asked: z.boolean().describe('People are asked whether it is given up; false: it is.'),
    })
    .nullable()
    .describe('Its source calls it lost, or without activity.'),
});
export type ReportedDeal = Readonly<z.infer<typeof ReportedDeal>>;

/** Another engagement of the same chain. */
const Related = z.object({ engagement: z.string(), reference: z.string(), url: z.string() });
export type Related = Readonly<z.infer<typeof Related>>;

/** Report on one engagement. */
export const EngagementReport = z.object({
  engagement: z.string(),
  subject: z.enum(SUBJECTS).describe('What it is about.'),
  deal: ReportedDeal.nullable().describe('Of a deal that can be judged.'),
  related: z
    .array(Related)
    .describe(
      'The deliveries of a deal, as far as they are there; the deal of a delivery, but in a report without deals.',
    ),
  status: z
    .enum(['running', 'complete', 'withdrawn', 'unreadable'])
    .describe(
      'complete: closed, completed or not ("money"). withdrawn: given up, see "withdrawn". unreadable: it cannot be judged; "violations" says why.',
    ),
  paused: z.boolean().describe('Procession changes nothing here until somebody resumes it.'),
  hold: z
    .object({ by: z.string(), on: CalendarDay, reason: z.string() })
    .nullable()
    .describe('Who paused it by a comment, and why; null: nobody, so a pause is one by the loop fuse.'),
  withdrawn: z
    .object({ by: z.string(), on: CalendarDay, reason: z.string() })
    .nullable()
    .describe('Who gave it up, and why; null: nobody.'),
  customer: z.string().nullable(),
  name: z.string().nullable(),
  process: z.object({ id: z.string(), name: z.string(), profile: z.string().nullable() }).nullable(),
  reference: z.string().nullable(),
  url: Address,
  health: z.enum(HEALTH_STATES).nullable(),
  closedWonOn: CalendarDay.nullable(),
  closedOn: CalendarDay.nullable().describe('When the work was finished and accepted, and the epic closed.'),
  completedOn: CalendarDay.nullable().describe('The older name of closedOn.'),
  money: z
    .enum(MONEY_STATES)
    .nullable()
    .describe(
      'Of a closed engagement: open since closedOn, or completed (billed and paid, or written off); null: not closed, or nothing comes after the close.',
    ),
  lastChangeAt: Instant.nullable().describe('Of its epic or an issue of it, by whomever.'),
  done: z.number().int().describe('Steps done or waived.'),
  total: z.number().int(),
  waitingFor: z.array(Turn),
  nextDue: z
    .object({ step: z.string(), title: z.string(), date: CalendarDay, inDays: z.number().int().min(0) })
    .nullable()
    .describe('The earliest due date from today on, trackers and registers apart.'),
  late: z
    .array(
      z.object({
        step: z.string(),
        title: z.string(),
        due: CalendarDay,
        daysLate: Late,
        turn: z
          .boolean()
          .describe('It is waited for; false: it runs alongside others. A blocked step is never late.'),
      }),
    )
    .describe(
      'Late steps, the latest first; "due" is the date missed, of the step or of one that it holds up.',
    ),
  forecastEnd: CalendarDay.nullable().describe(
    'When the last closing step is done, as things stand; null: nothing says when.',
  ),
  criticalPath: z.array(z.string()).describe('Keys of the open steps that decide that day, in order.'),
  hours: HoursSeen.nullable().describe('null: none are sold, and nobody has recorded any.'),
  revision: z
    .int()
    .min(1)
    .nullable()
    .describe('Of the SOW: 1 since the launch; null: its record cannot be read.'),
  violations: z.array(ReportedFinding),
  notices: z
    .array(z.string())
    .describe(
      'What people should know and breaks no rule: an end that is asked about; of a deal, a stage ahead or a hand-over that is stuck.',
    ),
  waivers: z.array(ReportedWaiver),
  steps: z.array(ReportedStep).describe('In reading order.'),
  notIncluded: z.array(z.object({ step: z.string(), title: z.string(), why: z.string() })),
});
export type EngagementReport = Readonly<z.infer<typeof EngagementReport>>;

/** Whether nothing more is to be done in an engagement. */
export function isOver(status: EngagementReport['status']): boolean {
  return status === 'complete' || status === 'withdrawn';
}
