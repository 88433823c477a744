/** Rules about labels, boards, schedule and people. One function per rule. */

import { hoursBetween } from '#domain/base/calendar.ts';
import {
  type ActualBoard,
  hasNeededRole,
  offersSeveralBoards,
  valuesOf,
} from '#domain/setup/installation.ts';
import { labelChanges, planLabels } from '#domain/setup/labels.ts';
import { afterRenames, boardFor } from '#domain/setup/plan-setup.ts';
import { hasWorkingOwner, sweepSchedule } from '#domain/setup/schedule.ts';
import type { DoctorFacts } from './facts.ts';
import { error, inShort, type Problem, pageOf, RUN_SETUP, some, warning } from './problem.ts';

type Rule = (facts: DoctorFacts) => readonly Problem[];

/** A schedule that has made no pipeline after this is not just new. */
const FIRST_RUN_HOURS = 26;
const FAILED: readonly string[] = ['failed', 'canceled'];

export const PART_RULES: readonly Rule[] = [
  labelsUnread,
  labelsMissing,
  labelsChanged,
  boardMissing,
  listsMissing,
  scheduleUnread,
  scheduleMissing,
  scheduleInactive,
  scheduleOwner,
  scheduleNeverRan,
  scheduleFailing,
  unknownUser,
  blockedUser,
  outsider,
  roleNobodyHas,
];

function labelsUnread({ installation }: DoctorFacts): readonly Problem[] {
  const { labels, group } = installation;
  if (labels.kind === 'read' || group.kind === 'refused' || !hasNeededRole(installation)) return [];
  return [
    error(
      'labels',
      'labels-unreadable',
      `The labels of the group cannot be read: ${inShort(labels.reason)}`,
      'Give the user of the token the role Planner in the group.',
    ),
  ];
}

function labelsMissing({ installation: { labels }, wanted }: DoctorFacts): readonly Problem[] {
  if (labels.kind === 'refused') return [];
  const missing = planLabels(wanted.labels, labels.value).flatMap((action) => {
    if (action.kind === 'create-label') return [action.label.name];
    const isRenamed = action.kind === 'update-label' && action.name !== action.label.name;
    return isRenamed ? [`${action.label.name} (now called ${action.name})`] : [];
  });
  if (missing.length === 0) return [];
  const what = missing.length === 1 ? 'A label of the group is' : `${missing.length} labels of the group are`;
  return [error('labels', 'labels-missing', `${what} missing: ${some(missing)}.`, RUN_SETUP)];
}

function labelsChanged({ installation: { labels }, wanted }: DoctorFacts): readonly Problem[] {
  const there = new Map(valuesOf(labels).map((label) => [label.name, label]));
  const changed = wanted.labels.flatMap((label) => {
    const found = there.get(label.name);
    const changes = found?.own === true ? labelChanges(found, label) : [];
    return changes.length === 0 ? [] : [`${label.name} (${changes.join(', ')})`];
  });
  if (changed.length === 0) return [];
  const message = `Somebody changed labels of ours: ${some(changed)}.`;
  return [warning('labels', 'labels-changed', message, RUN_SETUP)];
}

/** As `setup` would find them once the labels have their names back; `null` when they could not be read. */
function boardsOf({ installation: { boards, labels }, wanted }: DoctorFacts): readonly ActualBoard[] | null {
  if (boards.kind === 'refused') return null;
  return afterRenames(boards.value, planLabels(wanted.labels, valuesOf(labels)));
}

function boardMissing(facts: DoctorFacts): readonly Problem[] {
  const { installation, wanted } = facts;
  const boards = boardsOf(facts);
  if (boards === null) return [];
  if (!offersSeveralBoards(installation.capabilities)) {
    if (boards.length > 0) return [];
    const fix = `Open ${pageOf(installation, 'group', '-/boards')} once: GitLab makes it then. After that run procession setup.`;
    return [warning('boards', 'board-missing', 'The group has no board yet.', fix)];
  }
  const missing = [wanted.stepsBoard, wanted.rolesBoard].filter(
    (board) => boardFor(board, boards) === undefined,
  );
  return missing.map(({ name }) =>
    warning('boards', 'board-missing', `There is no board "${name}" in the group.`, RUN_SETUP),
  );
}

function listsMissing(facts: DoctorFacts): readonly Problem[] {
  const { installation, wanted } = facts;
  const boards = boardsOf(facts);
  if (boards === null) return [];
  const several = offersSeveralBoards(installation.capabilities);
  const pairs = several
    ? [wanted.stepsBoard, wanted.rolesBoard].map((board) => ({
        board,
        found: boardFor(board, boards),
      }))
    : [{ board: wanted.stepsBoard, found: boards[0] }];
  return pairs.flatMap(({ board, found }) => {
    const lists = found?.lists.map(({ label }) => label) ?? board.lists;
    const missing = board.lists.filter((label) => !lists.includes(label));
    if (missing.length === 0) return [];
    const message = `The board "${found?.name ?? board.name}" lacks ${missing.length === 1 ? 'a list' : 'lists'}: ${some(missing)}.`;
    return [warning('boards', 'board-lists-missing', message, RUN_SETUP)];
  });
}

function scheduleUnread({ installation }: DoctorFacts): readonly Problem[] {
  const { schedules, project } = installation;
  if (schedules.kind === 'read' || project.kind === 'refused' || !hasNeededRole(installation)) return [];
  return [
    warning(
      'schedule',
      'schedule-unreadable',
      'The pipeline schedules cannot be read with this token, so whether the sweep is scheduled is not known.',
      'Run procession doctor with a token of a Developer of the project.',
    ),
  ];
}

/** Without a service the schedule is all there is. */
function scheduleMissing(facts: DoctorFacts): readonly Problem[] {
  const { installation, serviceUrl } = facts;
  if (installation.schedules.kind === 'refused' || sweepSchedule(installation) !== undefined) return [];
  const make = serviceUrl === null ? error : warning;
  const message =
    serviceUrl === null
      ? 'No pipeline schedule sweeps, and there is no service: nothing runs by itself.'
      : 'No pipeline schedule sweeps: while the service is away, nothing runs.';
  return [make('schedule', 'schedule-missing', message, RUN_SETUP)];
}

function scheduleInactive({ installation }: DoctorFacts): readonly Problem[] {
  const schedule = sweepSchedule(installation);
  if (schedule === undefined || schedule.active) return [];
  return [
    error('schedule', 'schedule-inactive', 'The pipeline schedule that sweeps is switched off.', RUN_SETUP),
  ];
}

function scheduleOwner({ installation }: DoctorFacts): readonly Problem[] {
  const schedule = sweepSchedule(installation);
  if (schedule === undefined || hasWorkingOwner(schedule)) return [];
  const who =
    schedule.owner === null
      ? 'Nobody owns'
      : `${schedule.owner.username}, who is ${schedule.owner.state}, owns`;
  return [
    error(
      'schedule',
      'schedule-owner-blocked',
      `${who} the pipeline schedule that sweeps: GitLab does not run it.`,
      `Run procession setup with a token of a Maintainer: it takes the schedule over. Or take it over under ${pageOf(installation, 'project', '-/pipeline_schedules')}.`,
    ),
  ];
}

function scheduleNeverRan({ installation }: DoctorFacts): readonly Problem[] {
  const schedule = sweepSchedule(installation);
  if (schedule === undefined || !schedule.active || !hasWorkingOwner(schedule)) return [];
  if (schedule.lastPipeline !== null) return [];
  if (hoursBetween(schedule.createdAt, installation.now) < FIRST_RUN_HOURS) return [];
  return [
    error(
      'schedule',
      'schedule-never-ran',
      `The pipeline schedule that sweeps has never made a pipeline since ${schedule.createdAt.slice(0, 10)}.`,
      `See whether .gitlab-ci.yml is on the branch ${schedule.ref} and has a job for schedules (procession init writes it), then press the play button under ${pageOf(installation, 'project', '-/pipeline_schedules')}.`,
    ),
  ];
}

function scheduleFailing({ installation }: DoctorFacts): readonly Problem[] {
  const last = sweepSchedule(installation)?.lastPipeline ?? null;
  if (last === null || !FAILED.includes(last.status)) return [];
  return [
    error(
      'schedule',
      'schedule-failing',
      `The last pipeline of the schedule that sweeps (${last.createdAt}) ended as ${last.status}.`,
      `Read its log: ${last.url ?? pageOf(installation, 'project', '-/pipelines')}.`,
    ),
  ];
}

/** The roles that name somebody, for messages. */
function rolesOf(username: string, { roles }: DoctorFacts): string {
  const named = Object.entries(roles).filter(([, names]) => names.includes(username));
  return named.map(([role]) => `roles.${role}`).join(', ');
}

function unknownUser(facts: DoctorFacts): readonly Problem[] {
  return valuesOf(facts.installation.people).flatMap(({ username, account }) =>
    account === null
      ? [
          error(
            'people',
            'role-user-unknown',
            `Nobody in GitLab is called ${username} (${rolesOf(username, facts)} in procession.yml).`,
            'Correct the username: it is what follows the @ on the profile page.',
          ),
        ]
      : [],
  );
}

function blockedUser(facts: DoctorFacts): readonly Problem[] {
  return valuesOf(facts.installation.people).flatMap(({ username, account }) =>
    account === null || account.state === 'active'
      ? []
      : [
          error(
            'people',
            'role-user-blocked',
            `${username} (${rolesOf(username, facts)}) is ${account.state} in GitLab and cannot do a step.`,
            'Put somebody else into procession.yml, or let an administrator unblock the account.',
          ),
        ],
  );
}

function outsider(facts: DoctorFacts): readonly Problem[] {
  const { installation } = facts;
  return valuesOf(installation.people).flatMap(({ username, account }) =>
    account === null || account.isMember || account.state !== 'active'
      ? []
      : [
          error(
            'people',
            'role-user-not-member',
            `${username} (${rolesOf(username, facts)}) is no member of the project, so GitLab assigns nothing to them.`,
            `Invite them under ${pageOf(installation, 'project', '-/project_members')} as Planner or above.`,
          ),
        ],
  );
}

/** Not an error of the process: its issues stay unassigned. */
function roleNobodyHas({ roles, processRoles }: DoctorFacts): readonly Problem[] {
  const empty = processRoles.filter((role) => (roles[role] ?? []).length === 0);
  if (empty.length === 0) return [];
  return [
    warning(
      'people',
      'role-empty',
      `Nobody has the ${empty.length === 1 ? 'role' : 'roles'} ${some(empty)}: unless the SOW names somebody, those steps are assigned to nobody.`,
      `Name somebody in procession.yml: roles: { ${empty[0]}: [username] }.`,
    ),
  ];
}
