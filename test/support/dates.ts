/** The delivery of SOW-2001, in which days pass: its dates are those of docs/dates.md. */
import { doStep } from '#demo/do-step.ts';
import { evidenceFor } from '#domain/assess/assess.ts';
import { instantOf } from '#domain/base/calendar.ts';
import { stepIdOf } from '#domain/base/keys.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import type { Note } from '#sandbox/world.ts';
import { aSow } from './builders.ts';
import { sayIn } from './commands.ts';
import { type EngagementOptions, type EngagementWorld, realProcess, startEngagement } from './engagement.ts';
import { BERLIN } from './recurring.ts';

export interface DatesWorld extends EngagementWorld {
  /** Moves the clock and reconciles, as on a schedule. @param moment `2027-01-25 10:00`, as on the wall */
  at(moment: string): Promise<void>;
  /** Moves the clock alone. */
  clock(moment: string): void;
  /** Does a step properly on a day, and reconciles. */
  done(moment: string, step: string): Promise<void>;
  /** Somebody speaks on the issue of a step, and is heard. */
  say(username: string, step: string, body: string): Promise<Note>;
  /** Sets a due date as people do in GitLab. */
  setDue(username: string, step: string, date: string | null): void;
  due(step: string): string | null;
  /** Comments about dates on the epic, without our last line. */
  proposals(): readonly string[];
  /** Kept lines of the epic. */
  epicLines(): string;
}

/** Time and material on AWS, 11 January to 30 June 2027. */
export function sow2001(): Sow {
  return aSow({
    sow: { number: 'SOW-2001', signed_on: '2026-12-03' },
    closed_won_on: '2026-12-04',
    dates: { start: '2027-01-11', end: '2027-06-30' },
    hours: { scoped: 400 },
    passive_acceptance: { in_sow: true, days: 5 },
  });
}

/** Launched on Friday, 4 December 2026. */
export async function startDates(options: EngagementOptions = {}): Promise<DatesWorld> {
  const world = await beforeDates(options);
  await world.apply();
  return world;
}

/** That Friday, before the launch. */
export async function beforeDates(options: EngagementOptions = {}): Promise<DatesWorld> {
  let now = new Date(instantOf('2026-12-04', '10:00', BERLIN));
  const world = await startEngagement({
    sow: sow2001(),
    process: await realProcess('delivery'),
    now: () => now,
    ...options,
    settings: { calendar: BERLIN, ...options.settings },
  });
  const clock = (moment: string): void => {
    const [date = '', time = '10:00'] = moment.split(' ');
    now = new Date(instantOf(date, time, BERLIN));
  };
  const at = async (moment: string): Promise<void> => {
    clock(moment);
    await world.reconcile();
  };
  const { sandbox } = world;
  return {
    ...world,
    clock,
    at,
    done: async (moment, id) => {
      clock(moment);
      const step = world.process.steps.find((candidate) => candidate.id === stepIdOf(id));
      if (step === undefined) throw new Error(`no step ${id}`);
      const user = sandbox.user(step.owner === 'manager' ? 'mira' : 'eli');
      doStep(sandbox.operations, user, world.issue(id), evidenceFor(step, world.sow));
      await world.reconcile();
    },
    say: async (username, step, body) => {
      const note = sayIn(world, username, world.issue(step), body);
      await world.reconcile({ comments: LOOK_EVERYWHERE });
      return note;
    },
    setDue: (username, step, date) => {
      sandbox.operations.updateIssue(sandbox.user(username), world.issue(step), { dueDate: date });
    },
    due: (step) => world.issue(step).dueDate,
    proposals: () =>
      world
        .notes(world.epic())
        .filter(({ body }) => body.includes('procession:note dates'))
        .map(({ body }) => body.replace(/\n\n<!--.*-->\s*$/, '')),
    epicLines: () => world.epic().description.split('procession:end')[0] ?? '',
  };
}
