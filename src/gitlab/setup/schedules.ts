/** The pipeline schedules of the project. */
import type { ActualSchedule } from '#domain/setup/installation.ts';
import { SWEEP_SCHEDULE } from '#domain/setup/wanted-installation.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { readList } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat } from '#gitlab/http/look-before-repeat.ts';
import { type ActionOf, insist } from './insist.ts';
import { readLevel } from './people.ts';
import { Schedule } from './schema.ts';
import type { SetupSession } from './session.ts';

/** Reads the schedules. Their list does not tell the last pipeline; only ours are asked for it. */
export async function readSchedules(session: SetupSession): Promise<readonly ActualSchedule[]> {
  const { base, schedules } = session;
  const what = `GET /projects/${base.project}/pipeline_schedules`;
  const list = await readList<ActualSchedule>(base, {
    what,
    item: Schedule,
    fetchPage: (page) => schedules.all(base.project, { ...page }),
  });
  return await Promise.all(
    list.map(async (schedule) =>
      schedule.description === SWEEP_SCHEDULE ? await withDetails(session, schedule, what) : schedule,
    ),
  );
}

async function withDetails(
  session: SetupSession,
  { id }: ActualSchedule,
  what: string,
): Promise<ActualSchedule> {
  const { base, schedules } = session;
  const schedule = parseAnswer(Schedule, await schedules.show(base.project, id), `${what}/${id}`);
  const { owner } = schedule;
  return { ...schedule, ownerLevel: owner === null ? null : await readLevel(session, 'project', owner.id) };
}

/** Makes a schedule, unless one with its description is there already. */
export async function createSchedule(
  session: SetupSession,
  { description, ref, cron }: ActionOf<'create-schedule'>,
): Promise<void> {
  const { base, schedules } = session;
  await lookBeforeRepeat<unknown>(base, {
    send: () => schedules.create(base.project, description, ref, cron),
    find: async () => (await readSchedules(session)).find((it) => it.description === description) ?? null,
  });
}

/** Makes the token's user the owner of a schedule. */
export async function ownSchedule(session: SetupSession, { id }: ActionOf<'own-schedule'>): Promise<void> {
  const { base, schedules } = session;
  await insist(session, () => schedules.takeOwnership(base.project, id));
}

/** Activates a schedule, and sets when it runs. */
export async function updateSchedule(
  session: SetupSession,
  { id, active, cron }: ActionOf<'update-schedule'>,
): Promise<void> {
  const { base, schedules } = session;
  const changes = { ...(active === null ? {} : { active: true }), ...(cron === null ? {} : { cron }) };
  await insist(session, () => schedules.edit(base.project, id, changes));
}
