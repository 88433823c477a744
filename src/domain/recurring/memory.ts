/** What the record keeps of a recurring step: how far its occurrences are decided on, and how they went. */
import { z } from 'zod';
import { HEALTH_STATES } from '#domain/base/labels.ts';

const CalendarDate = z.iso.date();
const Count = z.int().min(0).default(0);

export const TrackerMemory = z.looseObject({
  /** The day its beginning was done; occurrences lie after it. */
  start: CalendarDate,
  /** `note`: the comment that changed the slot; `null` for the first. */
  slots: z.array(z.object({ slot: z.string(), from: CalendarDate, note: z.int().nullable() })).default([]),
  /** The last occurrence that was decided on: its thread is open, or it has none. */
  last: CalendarDate.nullable().default(null),
  /** Threads of occurrences that took place. */
  held: Count,
  /** Threads whose minutes say that nothing took place. */
  notHeld: Count,
  heldOver: Count,
  missed: Count,
  skipped: Count,
  /** Threads with minutes. */
  minutes: Count,
  /** Threads whose minutes may still have to be asked for. */
  wants: z.array(CalendarDate).default([]),
  /** Of the latest threads, how many in a row lack their minutes although these are due. */
  without: Count,
  /** Latest occurrences that went otherwise than planned, holds and calls off apart. */
  odd: z.record(CalendarDate, z.enum(['missed', 'not held', 'no minutes'])).default({}),
  /** The last occurrence that has a thread. */
  lastThread: CalendarDate.nullable().default(null),
  /** Occurrence, the day it took place, and the comment. */
  lastMinutes: z.object({ id: CalendarDate, date: CalendarDate, note: z.int() }).nullable().default(null),
  /** What the last minutes say of the health. */
  health: z
    .object({ id: CalendarDate, value: z.enum(HEALTH_STATES), by: z.string(), on: CalendarDate })
    .nullable()
    .default(null),
  /** Somebody who wrote minutes elsewhere than in a thread was told where they belong. */
  told: z.boolean().default(false),
  /** Users whose right to write minutes was looked up. */
  members: z.array(z.int()).default([]),
});
/** Memory of one tracker. Fields that this release does not know are kept. */
export type TrackerMemory = Readonly<z.infer<typeof TrackerMemory>>;

/** Memory of a tracker that has just begun. */
export function newMemory(start: string, slots: TrackerMemory['slots']): TrackerMemory {
  return TrackerMemory.parse({ start, slots });
}
