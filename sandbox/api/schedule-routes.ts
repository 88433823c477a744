import { takeId } from '#sandbox/new-world.ts';
import { Refusal } from '#sandbox/operations.ts';
import { forbidden, notFound, projectAccess } from '#sandbox/reading.ts';
import type { PipelineSchedule, Project } from '#sandbox/world.ts';
import type { Answer, Call, Route } from './call.ts';
import { actorOf, created, noContent, numberPart, ok, PAGING, projectOf } from './call.ts';
import { paged } from './paging.ts';
import { requireAll } from './parameters.ts';
import { showUserById } from './show.ts';

const REPORTER = 20;
const DEVELOPER = 30;
const MAINTAINER = 40;
const FIELDS: readonly string[] = ['description', 'ref', 'cron', 'cron_timezone', 'active', 'inputs'];
const PATH = '/projects/:id/pipeline_schedules';
const HOUR_MS = 3_600_000;

/**
 * Pipeline schedules: Developers make them, only the owner changes one, a Maintainer takes ownership of another's.
 * Who may read them is not in the documentation; here Reporters and up. Nothing ever runs.
 *
 * @see https://docs.gitlab.com/api/pipeline_schedules/
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/policies/ci/pipeline_schedule_policy.rb
 */
export const SCHEDULE_ROUTES: readonly Route[] = [
  { method: 'GET', path: PATH, parameters: ['scope', ...PAGING], signedIn: true, answer: listSchedules },
  { method: 'POST', path: PATH, parameters: FIELDS, answer: createSchedule },
  {
    method: 'GET',
    path: `${PATH}/:schedule_id`,
    parameters: [],
    signedIn: true,
    answer: (call) => ok(showDetails(call, scheduleOf(call, REPORTER))),
  },
  { method: 'PUT', path: `${PATH}/:schedule_id`, parameters: FIELDS, answer: updateSchedule },
  {
    method: 'DELETE',
    path: `${PATH}/:schedule_id`,
    parameters: [],
    answer(call) {
      const schedule = scheduleOf(call, DEVELOPER);
      if (schedule.ownerId !== actorOf(call).id) requireLevel(call, projectOf(call), MAINTAINER);
      const { schedules } = call.engine.world;
      schedules.splice(schedules.indexOf(schedule), 1);
      return noContent;
    },
  },
  { method: 'POST', path: `${PATH}/:schedule_id/take_ownership`, parameters: [], answer: takeOwnership },
];

function requireLevel(call: Call, project: Project, level: number): void {
  if (projectAccess(call.engine.world, actorOf(call), project) < level) throw forbidden();
}

function scheduleOf(call: Call, level: number): PipelineSchedule {
  const project = projectOf(call);
  requireLevel(call, project, level);
  const id = numberPart(call, 'schedule_id');
  const found = call.engine.world.schedules.find((it) => it.projectId === project.id && it.id === id);
  if (found === undefined) throw notFound('Pipeline Schedule');
  return found;
}

function listSchedules(call: Call): Answer {
  const project = projectOf(call);
  requireLevel(call, project, REPORTER);
  const scope = call.parameters.oneOf('scope', ['active', 'inactive']);
  const schedules = call.engine.world.schedules.filter(
    (it) => it.projectId === project.id && (scope === undefined || it.active === (scope === 'active')),
  );
  return paged(call, schedules, (schedule) => showSchedule(call, schedule));
}

function createSchedule(call: Call): Answer {
  requireAll(call.parameters, ['description', 'ref', 'cron']);
  const project = projectOf(call);
  requireLevel(call, project, DEVELOPER);
  const at = call.engine.now().toISOString();
  const schedule: PipelineSchedule = {
    id: takeId(call.engine.world, 'schedule'),
    projectId: project.id,
    description: '',
    ref: '',
    cron: '',
    cronTimezone: 'UTC',
    active: true,
    ownerId: actorOf(call).id,
    createdAt: at,
    updatedAt: at,
    lastPipeline: null,
  };
  apply(call, schedule);
  call.engine.world.schedules.push(schedule);
  return created(showDetails(call, schedule));
}

function updateSchedule(call: Call): Answer {
  const schedule = scheduleOf(call, DEVELOPER);
  if (schedule.ownerId !== actorOf(call).id) throw forbidden();
  apply(call, schedule);
  schedule.updatedAt = call.engine.now().toISOString();
  return ok(showDetails(call, schedule));
}

function takeOwnership(call: Call): Answer {
  const schedule = scheduleOf(call, DEVELOPER);
  const actor = actorOf(call);
  if (schedule.ownerId === actor.id) return ok(showDetails(call, schedule));
  requireLevel(call, projectOf(call), MAINTAINER);
  schedule.ownerId = actor.id;
  return created(showDetails(call, schedule));
}

function apply({ parameters }: Call, schedule: PipelineSchedule): void {
  const cron = parameters.text('cron') ?? schedule.cron;
  const zone = parameters.text('cron_timezone') ?? schedule.cronTimezone;
  if (cron.trim().split(/\s+/u).length !== 5)
    throw new Refusal(400, { message: { cron: ['is invalid syntax'] } });
  if (!isZone(zone)) throw new Refusal(400, { message: { cron_timezone: ['is invalid syntax'] } });
  const ref = parameters.text('ref') ?? schedule.ref;
  if (ref === '') throw new Refusal(400, { error: 'ref is empty' });
  schedule.cron = cron;
  schedule.cronTimezone = zone;
  // Short names are kept in full.
  schedule.ref = ref.startsWith('refs/') ? ref : `refs/heads/${ref}`;
  schedule.description = parameters.text('description') ?? schedule.description;
  schedule.active = parameters.boolean('active') ?? schedule.active;
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

/** Cron is not computed here: the next run is an hour away. */
function showSchedule({ engine }: Call, schedule: PipelineSchedule): object {
  return {
    id: schedule.id,
    description: schedule.description,
    ref: schedule.ref,
    cron: schedule.cron,
    cron_timezone: schedule.cronTimezone,
    next_run_at: new Date(engine.now().getTime() + HOUR_MS).toISOString(),
    active: schedule.active,
    created_at: schedule.createdAt,
    updated_at: schedule.updatedAt,
    owner: showUserById(engine.world, schedule.ownerId),
    inputs: [],
  };
}

function showDetails(call: Call, schedule: PipelineSchedule): object {
  const { lastPipeline } = schedule;
  return {
    ...showSchedule(call, schedule),
    last_pipeline:
      lastPipeline === null
        ? null
        : {
            id: lastPipeline.id,
            iid: lastPipeline.id,
            project_id: schedule.projectId,
            sha: '8f1c2d0b5a4e',
            ref: schedule.ref,
            status: lastPipeline.status,
            source: 'schedule',
            created_at: lastPipeline.createdAt,
            updated_at: lastPipeline.createdAt,
            web_url: `${call.engine.world.baseUrl}/-/pipelines/${lastPipeline.id}`,
          },
    variables: [],
  };
}
