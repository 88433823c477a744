/** A world with calls, updates and a look back, in which days pass and people speak in threads. */
import { join } from 'node:path';
import type { Calendar } from '#domain/base/calendar.ts';
import { instantOf } from '#domain/base/calendar.ts';
import { fillCells, tickAll } from '#domain/text/fill-in.ts';
import type { Note } from '#sandbox/world.ts';
import { loadProcess } from '#templates/load-process.ts';
import { aSow } from './builders.ts';
import { type EngagementOptions, type EngagementWorld, startEngagement } from './engagement.ts';

export const BERLIN: Calendar = {
  timeZone: 'Europe/Berlin',
  weekend: ['sat', 'sun'],
  holidays: ['2026-12-25', '2027-01-01', '2027-03-26', '2027-03-29', '2027-05-06', '2027-05-17'],
  workingHours: { from: '09:00', to: '17:00' },
};

export interface RecurringWorld extends EngagementWorld {
  /** Moves the clock and reconciles, as on a schedule. @param at `2027-01-26 09:00`, as on the wall */
  at(moment: string): Promise<void>;
  /** Moves the clock alone. */
  clock(moment: string): void;
  /** First notes of the threads of a tracker, the oldest first. */
  threads(step: string): readonly Note[];
  /** Day of the thread. @example `2027-01-26` */
  ids(step: string): readonly string[];
  reply(username: string, step: string, id: string, body: string): Note;
  /** Does a step properly, without reconciling. */
  finish(step: string, evidence?: Readonly<Record<string, string>>): void;
  /** Tracker's block and that of the epic. */
  lines(step: string | null): string;
}

/** Launches the fixture process; the kick-off is open. */
export async function startRecurring(options: EngagementOptions = {}): Promise<RecurringWorld> {
  let now = new Date(instantOf('2027-01-20', '10:00', BERLIN));
  const process = await loadProcess(join(import.meta.dirname, '../fixtures/recurring'), null);
  const sow = aSow({
    dates: { start: '2027-01-11', end: '2027-06-30' },
    hours: { scoped: 400 },
    links: { call: 'https://meet.example.com/bakery' },
  });
  const world = await startEngagement({
    sow,
    process,
    now: () => now,
    ...options,
    settings: { calendar: BERLIN, ...options.settings },
  });
  await world.apply();
  const clock = (moment: string): void => {
    const [date = '', time = '09:00'] = moment.split(' ');
    now = new Date(instantOf(date, time, BERLIN));
  };
  const threads = (step: string): readonly Note[] =>
    world.notes(world.issue(step)).filter(({ body }) => body.startsWith('<!-- procession:occurrence'));
  const idOf = ({ body }: Note): string => /(\d{4}-\d{2}-\d{2}) -->/.exec(body)?.[1] ?? '';
  return {
    ...world,
    clock,
    threads,
    at: async (moment) => {
      clock(moment);
      await world.reconcile();
    },
    ids: (step) => threads(step).map(idOf),
    reply: (username, step, id, body) => {
      const first = threads(step).find((note) => idOf(note) === id);
      if (first === undefined) throw new Error(`no thread ${id} of ${step}`);
      const { operations } = world.sandbox;
      return operations.replyTo(world.sandbox.user(username), world.issue(step), first, body);
    },
    finish: (step, evidence = {}) => {
      const issue = world.issue(step);
      const description = fillCells(tickAll(issue.description), new Map(Object.entries(evidence)));
      world.by('mira').write(issue, description);
      world.by('mira').close(issue);
    },
    lines: (step) =>
      (step === null ? world.epic() : world.issue(step)).description.split('procession:end')[0] ?? '',
  };
}
