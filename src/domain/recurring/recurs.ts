/** The front matter of a step that comes again and again: `recurs:`. */
import { z } from 'zod';
import { readSlot } from './slot.ts';

const SlotText = z
  .string()
  .refine((text) => readSlot(text) !== null, `expected a weekday, for example thu or tue 10:00`);

const Words = z.array(z.string().min(1).max(40)).max(10).default([]);

/** How often: no cron, words. */
export const Cadence = z.enum(['day', 'week', '2 weeks', 'month']);
export type Cadence = z.infer<typeof Cadence>;

export const Recurs = z.strictObject({
  every: Cadence,
  /** The weekday, with or without a time; or the evidence field of an earlier step that says both. Not for `every: day`. */
  on: z
    .union([
      SlotText,
      z.strictObject({
        step: z.string().min(1).max(40),
        field: z.string().min(1).max(80),
        /** Counts while the field says no weekday and time. */
        else: SlotText,
      }),
    ])
    .optional(),
  /** Where an occurrence on a day off goes. */
  on_holiday: z.enum(['before', 'after', 'skip']).default('before'),
  /** Its thread opens so many working days before. */
  open: z.int().min(0).max(10).default(1),
  /** Minutes are due so many working days after. */
  record: z.int().min(0).max(20).default(1),
  /** Of occurrences for which no thread was opened in time, the last one gets its thread late, or none does. */
  catch_up: z.enum(['last', 'none']).default('last'),
  /** Who is looked for in the minutes: roles, and contacts of the SOW such as `customer.main`. */
  expect: Words,
  /** Who may come. */
  welcome: Words,
  /** Minutes that must be there before the tracker is closed. `none`: nobody is asked for them, and their lack is no matter of health. */
  minutes: z.enum(['last', 'all', 'none']).default('last'),
  /** What an occurrence is called: `Call`, `Update`. */
  name: z.string().min(1).max(40).default('Call'),
  /** Partials of the process, shown in every thread: what is talked about, and the form of the minutes. */
  agenda: z.string().min(1).max(60).optional(),
  form: z.string().min(1).max(60).optional(),
  /** Words in another language; the English ones always count too. */
  words: z
    .strictObject({ minutes: Words, none: Words, action: Words, owner: Words, due: Words, done: Words })
    .partial()
    .default({}),
});
export type Recurs = Readonly<z.infer<typeof Recurs>>;

/** Parts of {@link Recurs} that are texts for people: no engagement is judged by them. */
export const RECURS_TEXTS = ['name', 'agenda', 'form'] as const;
