/** All engagements at one moment. The schema is the contract of `report --json`. */
import { z } from 'zod';
import { EngagementReport } from './engagement-report.ts';

const Count = z.number().int().min(0);

/** One turn of a person. */
const Duty = z.object({
  engagement: z.string(),
  customer: z.string().nullable(),
  step: z.string(),
  title: z.string(),
  days: Count.nullable().describe('How long it waits; null: not known.'),
  daysLate: Count,
  outside: z.boolean(),
  url: z.string().nullable(),
});
export type Duty = Readonly<z.infer<typeof Duty>>;

/** Somebody who is waited for. */
export const WaitedPerson = z.object({
  kind: z.enum(['user', 'name', 'role']),
  name: z.string(),
  late: Count.describe('How many of the duties are late.'),
  longestDays: Count.nullable(),
  duties: z.array(Duty).describe('The latest first, then the longest waiting.'),
});
export type WaitedPerson = Readonly<z.infer<typeof WaitedPerson>>;

/** Engagements by how they stand. */
const Counts = z.object({
  engagements: Count,
  running: Count,
  closed: Count.describe('Finished and accepted, completed ones among them.'),
  completed: Count.describe('Closed, and billed and paid, or written off.'),
  complete: Count.describe('The older name of closed.'),
  withdrawn: Count.describe('Given up before they were closed.'),
  unreadable: Count,
  paused: Count,
  late: Count.describe('Running engagements with a late step.'),
  withViolations: Count,
  atRisk: Count.describe('Running engagements whose health is "at risk".'),
});
export type Counts = Readonly<z.infer<typeof Counts>>;

/** Reports on all engagements, and who is waited for. */
export const Portfolio = z.object({
  version: z.literal(1),
  at: z.string().describe('When the report was made. ISO 8601, UTC.'),
  today: z.string().describe('That date in the time zone of the calendar.'),
  timeZone: z.string(),
  withoutDeals: z.boolean().describe('Nothing of deals is in this report, whether there are any or not.'),
  counts: Counts.extend({ sows: Counts, deals: Counts }).describe(
    'Of all, of SOWs alone and of deals alone.',
  ),
  people: z.array(WaitedPerson).describe('Who is waited for, most late first.'),
  engagements: z.array(EngagementReport).describe('What needs a look first; complete ones last.'),
});
export type Portfolio = Readonly<z.infer<typeof Portfolio>>;
