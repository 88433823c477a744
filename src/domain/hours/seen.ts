/** Hours as others script against them. */
import { z } from 'zod';
import type { HoursReading } from './reading.ts';

const CalendarDay = z.string().describe('A date: 2026-11-30.');

/** Hours used of those sold, in `explain --json` and `report --json`. */
export const HoursSeen = z.object({
  scoped: z.number().nullable().describe('Hours sold; null: the SOW names none.'),
  spent: z.number().describe('Hours used, by the first source that has data; sources are never added up.'),
  percent: z.number().int().nullable().describe('Whole percent of the hours sold.'),
  source: z
    .string()
    .nullable()
    .describe('"SOW", "/spend", or the name of the time tool of an import; null: no source has data.'),
  on: CalendarDay.nullable().describe('The day that "spent" is of.'),
  stale: z.boolean().describe('More than 8 working days old: nobody is warned from it.'),
  exhaustedOn: CalendarDay.nullable().describe(
    'When the hours sold are used up at the pace of the last 20 working days; null: nothing says when.',
  ),
});
export type HoursSeen = Readonly<z.infer<typeof HoursSeen>>;

/** The hours of an engagement as they are published. */
export function hoursSeen(reading: HoursReading | null): HoursSeen | null {
  if (reading === null) return null;
  const { scoped, spent, percent, source, on, isStale, exhaustedOn } = reading;
  return { scoped, spent, percent, source, on, stale: isStale, exhaustedOn };
}
