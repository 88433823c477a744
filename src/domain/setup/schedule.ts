import { DEVELOPER, MAINTAINER } from '#domain/base/gitlab-version.ts';
import { type Obstacle, type SetupAction, type SetupPart, unseen } from './action.ts';
import {
  type ActualBranch,
  type ActualSchedule,
  type Installation,
  type Read,
  valuesOf,
} from './installation.ts';
import { SWEEP_SCHEDULE, type WantedSchedule } from './wanted-installation.ts';

/**
 * The pipeline schedule that sweeps. When it runs and on which branch is people's; that it runs is ours: it is
 * activated, and taken over from an owner who is blocked or gone, because GitLab runs it in the owner's name.
 */
export function planSchedule(wanted: WantedSchedule | null, actual: Installation): SetupPart {
  if (wanted === null) return {};
  if (actual.schedules.kind === 'refused')
    return { obstacles: [unseen('the pipeline schedules', actual.schedules.reason)] };
  const found = sweepSchedule(actual);
  if (found !== undefined) return repair(found, wanted, actual);
  const ref = actual.project.kind === 'read' ? actual.project.value.defaultBranch : null;
  if (ref === null)
    return {
      obstacles: [
        {
          what: 'the pipeline schedule',
          why: 'the repository of the project is empty, so no pipeline can run in it',
          fix: 'Push .gitlab-ci.yml and procession.yml (procession init writes them), then run procession setup again.',
        },
      ],
    };
  if (actual.projectLevel < DEVELOPER)
    return { obstacles: [denied('Developer', 'pipeline schedules take the role Developer')] };
  if (!mayRunPipelines(actual.projectLevel, actual.branch))
    return {
      obstacles: [denied('Maintainer', `on the protected branch ${ref} only Maintainers run pipelines`)],
    };
  return {
    actions: [{ kind: 'create-schedule', description: SWEEP_SCHEDULE, ref, cron: wanted.cron }],
  };
}

/** Ours, by its description. */
export function sweepSchedule({ schedules }: Pick<Installation, 'schedules'>): ActualSchedule | undefined {
  return valuesOf(schedules).find(({ description }) => description === SWEEP_SCHEDULE);
}

/**
 * Says whether somebody of an access level may run pipelines for the default branch: on a protected branch, whoever may
 * push to it or merge into it. `true` where nobody knows.
 *
 * @see https://docs.gitlab.com/ci/pipelines/#pipeline-security-on-protected-branches
 */
export function mayRunPipelines(level: number, branch: Read<ActualBranch>): boolean {
  if (branch.kind === 'refused' || !branch.value.protected) return true;
  return level >= (branch.value.forDevelopers ? DEVELOPER : MAINTAINER);
}

/** Says whether GitLab can run a schedule in its owner's name. */
export function hasWorkingOwner({ owner }: ActualSchedule): boolean {
  return owner?.state === 'active';
}

function repair(schedule: ActualSchedule, wanted: WantedSchedule, actual: Installation): SetupPart {
  const { id, description } = schedule;
  const level = schedule.ownerLevel;
  const isOrphan = !hasWorkingOwner(schedule) || (level !== null && !mayRunPipelines(level, actual.branch));
  const cron = wanted.setCron && schedule.cron !== wanted.cron ? wanted.cron : null;
  const active = schedule.active ? null : true;
  const mustChange = active !== null || cron !== null;
  if (!mustChange && !isOrphan) return {};
  const isMine = actual.user.kind === 'read' && schedule.owner?.id === actual.user.value.id;
  if (!isMine && actual.projectLevel < MAINTAINER)
    return {
      obstacles: [denied('Maintainer', 'only its owner changes a schedule, and a Maintainer takes it over')],
    };
  const actions: SetupAction[] = isMine
    ? []
    : [{ kind: 'own-schedule', id, description, owner: schedule.owner?.username ?? 'nobody' }];
  if (mustChange) actions.push({ kind: 'update-schedule', id, description, active, cron });
  return { actions };
}

function denied(role: string, why: string): Obstacle {
  return {
    what: 'the pipeline schedule',
    why: `${why}, and the token's user has less`,
    fix: `Run procession setup once with a token of a ${role} of the project, or leave it out: procession setup --no-schedule.`,
  };
}
