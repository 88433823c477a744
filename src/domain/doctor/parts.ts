/** Rules about what `setup` makes: labels, boards and the schedule. */

import { hoursBetween } from '#domain/base/calendar.ts';
import { HEALTH_STATES, WORKFLOW_STATES } from '#domain/base/labels.ts';
import type { Details } from '#domain/base/sentence.ts';
import {
  type ActualBoard,
  type ActualSchedule,
  hasNeededRole,
  offersSeveralBoards,
  valuesOf,
} from '#domain/setup/installation.ts';
import { labelChanges, planLabels } from '#domain/setup/labels.ts';
import { afterRenames, boardFor } from '#domain/setup/plan-setup.ts';
import { hasWorkingOwner, sweepSchedule } from '#domain/setup/schedule.ts';
import { jobsOfSchedule, patternOf } from '#domain/setup/scheduled-jobs.ts';
import type { WantedBoard } from '#domain/setup/wanted-installation.ts';
import { inShort, pageOf, RUN_SETUP, type Rule, some } from './diagnosis.ts';
import type { DoctorFacts } from './facts.ts';

/** A schedule that has made no pipeline after this is not just new. */
const FIRST_RUN_HOURS = 26;
const FAILED: readonly string[] = ['failed', 'canceled'];

/** Rules about labels, boards and the schedule. */
export const PART_RULES: readonly Rule<DoctorFacts>[] = [
  {
    id: 'labels-unreadable',
    area: 'labels',
    severity: 'error',
    applies: ({ installation }) => {
      const { labels, group } = installation;
      return (
        labels.kind === 'refused' &&
        group.kind === 'read' &&
        hasNeededRole(installation) && { reason: inShort(labels.reason) }
      );
    },
    says: 'The labels of the group cannot be read: {reason}',
    fix: 'Give the user of the token the role Planner in the group.',
  },
  {
    id: 'labels-missing',
    area: 'labels',
    severity: 'error',
    applies: missingLabels,
    says: '{what} missing: {labels}.',
    fix: RUN_SETUP,
  },
  {
    id: 'labels-changed',
    area: 'labels',
    severity: 'warning',
    applies: changedLabels,
    says: 'Somebody changed labels of ours: {labels}.',
    fix: RUN_SETUP,
  },
  {
    id: 'labels-foreign',
    area: 'labels',
    severity: 'warning',
    applies: foreignLabels,
    says: 'Labels of your own stand in scopes whose labels Procession sets: {labels}. An issue can carry only one label of a scope, so they are taken off again.',
    fix: 'Give them a name outside of these scopes, such as "review" instead of "workflow::review".',
  },
  {
    id: 'board-missing',
    area: 'boards',
    severity: 'warning',
    applies: (facts) => hasSeveralBoards(facts) && missingBoards(facts).map(({ name: board }) => ({ board })),
    says: 'There is no board "{board}" in the group.',
    fix: RUN_SETUP,
  },
  {
    id: 'board-missing',
    area: 'boards',
    severity: 'warning',
    applies: (facts) =>
      !hasSeveralBoards(facts) &&
      boardsOf(facts)?.length === 0 && { page: pageOf(facts.installation, 'group', '-/boards') },
    says: 'The group has no board yet.',
    fix: 'Open {page} once: GitLab makes it then. After that run procession setup.',
  },
  {
    id: 'board-lists-missing',
    area: 'boards',
    severity: 'warning',
    applies: missingLists,
    says: 'The board "{board}" lacks {what}: {lists}.',
    fix: RUN_SETUP,
  },
  {
    id: 'schedule-unreadable',
    area: 'schedule',
    severity: 'warning',
    applies: ({ installation }) =>
      installation.schedules.kind === 'refused' &&
      installation.project.kind === 'read' &&
      hasNeededRole(installation),
    says: 'The pipeline schedules cannot be read with this token, so whether the sweep is scheduled is not known.',
    fix: 'Run procession doctor with a token of a Developer of the project.',
  },
  {
    id: 'schedule-missing',
    area: 'schedule',
    severity: 'error',
    applies: (facts) => facts.serviceUrl === null && isUnscheduled(facts),
    says: 'No pipeline schedule sweeps, and there is no service: nothing runs by itself.',
    fix: RUN_SETUP,
  },
  {
    id: 'schedule-missing',
    area: 'schedule',
    severity: 'warning',
    applies: (facts) => facts.serviceUrl !== null && isUnscheduled(facts),
    says: 'No pipeline schedule sweeps: while the service is away, nothing runs.',
    fix: RUN_SETUP,
  },
  {
    id: 'schedule-inactive',
    area: 'schedule',
    severity: 'error',
    applies: ({ installation }) => sweepSchedule(installation)?.active === false,
    says: 'The pipeline schedule that sweeps is switched off.',
    fix: RUN_SETUP,
  },
  {
    id: 'schedule-owner-blocked',
    area: 'schedule',
    severity: 'error',
    applies: ({ installation }) => {
      const schedule = sweepSchedule(installation);
      const page = pageOf(installation, 'project', '-/pipeline_schedules');
      return schedule !== undefined && !hasWorkingOwner(schedule) && { who: ownerOf(schedule), page };
    },
    says: '{who} the pipeline schedule that sweeps: GitLab does not run it.',
    fix: 'Run procession setup with a token of a Maintainer: it takes the schedule over. Or take it over under {page}.',
  },
  {
    id: 'schedule-never-ran',
    area: 'schedule',
    severity: 'error',
    applies: neverRan,
    says: 'The pipeline schedule that sweeps has never made a pipeline since {since}.',
    fix: 'See whether .gitlab-ci.yml is on the branch {ref} and has a job for schedules whose description fits (procession init writes one that takes all), then press the play button under {page}.',
  },
  {
    id: 'schedule-sweeps-nothing',
    area: 'schedule',
    severity: 'error',
    applies: sweepsNothing,
    says: 'No pipeline schedule sweeps: sweep_on in .gitlab-ci.yml is {pattern}, and {schedules}.',
    fix: 'Leave sweep_on out, or let it fit the schedule that procession setup makes: sweep_on: sweep.',
  },
  {
    id: 'schedule-failing',
    area: 'schedule',
    severity: 'error',
    applies: ({ installation }) => {
      const last = sweepSchedule(installation)?.lastPipeline ?? null;
      if (last === null || !FAILED.includes(last.status)) return false;
      const page = last.url ?? pageOf(installation, 'project', '-/pipelines');
      return { at: last.createdAt, status: last.status, page };
    },
    says: 'The last pipeline of the schedule that sweeps ({at}) ended as {status}.',
    fix: 'Read its log: {page}.',
  },
];

function missingLabels({ installation: { labels }, wanted }: DoctorFacts): false | Details {
  if (labels.kind === 'refused') return false;
  const missing = planLabels(wanted.labels, labels.value).flatMap((action) => {
    if (action.kind === 'create-label') return [action.label.name];
    const isRenamed = action.kind === 'update-label' && action.name !== action.label.name;
    return isRenamed ? [`${action.label.name} (now called ${action.name})`] : [];
  });
  if (missing.length === 0) return false;
  const what = missing.length === 1 ? 'A label of the group is' : `${missing.length} labels of the group are`;
  return { what, labels: some(missing) };
}

function changedLabels({ installation: { labels }, wanted }: DoctorFacts): false | Details {
  const there = new Map(valuesOf(labels).map((label) => [label.name, label]));
  const changed = wanted.labels.flatMap((label) => {
    const found = there.get(label.name);
    const changes = found?.own === true ? labelChanges(found, label) : [];
    return changes.length === 0 ? [] : [`${label.name} (${changes.join(', ')})`];
  });
  return changed.length > 0 && { labels: some(changed) };
}

/** Where a step stands and how an engagement fares has a closed set of answers; steps and roles come and go with processes. */
function foreignLabels({ installation: { labels }, wanted }: DoctorFacts): false | Details {
  const scopes = new Set(
    wanted.labels
      .map(({ name }) => splitLabel(name))
      .flatMap(({ scope, value }) => (isState(value) ? [scope] : [])),
  );
  const ours = new Set(wanted.labels.map(({ name }) => name));
  const renamed = new Set(
    planLabels(wanted.labels, valuesOf(labels)).flatMap((action) =>
      action.kind === 'update-label' ? [action.id] : [],
    ),
  );
  const foreign = valuesOf(labels)
    .filter(({ id, name }) => !ours.has(name) && !renamed.has(id) && scopes.has(splitLabel(name).scope))
    .map(({ name }) => name);
  return foreign.length > 0 && { labels: some(foreign) };
}

function isState(value: string): boolean {
  return [...WORKFLOW_STATES, ...HEALTH_STATES].some((state) => state === value);
}

/** @example splitLabel('workflow::ready') // { scope: 'workflow::', value: 'ready' } */
function splitLabel(name: string): { readonly scope: string; readonly value: string } {
  const begin = name.lastIndexOf('::') + 2;
  return { scope: name.slice(0, begin), value: name.slice(begin) };
}

function hasSeveralBoards({ installation }: DoctorFacts): boolean {
  return offersSeveralBoards(installation.capabilities);
}

/** As `setup` would find them once the labels have their names back; `null` when they could not be read. */
function boardsOf({ installation: { boards, labels }, wanted }: DoctorFacts): readonly ActualBoard[] | null {
  if (boards.kind === 'refused') return null;
  return afterRenames(boards.value, planLabels(wanted.labels, valuesOf(labels)));
}

function missingBoards(facts: DoctorFacts): readonly WantedBoard[] {
  const { stepsBoard, rolesBoard } = facts.wanted;
  const boards = boardsOf(facts);
  if (boards === null) return [];
  return [stepsBoard, rolesBoard].filter((board) => boardFor(board, boards) === undefined);
}

function missingLists(facts: DoctorFacts): readonly Details[] {
  const { stepsBoard, rolesBoard } = facts.wanted;
  const boards = boardsOf(facts);
  if (boards === null) return [];
  const pairs = hasSeveralBoards(facts)
    ? [stepsBoard, rolesBoard].map((board) => ({ board, found: boardFor(board, boards) }))
    : [{ board: stepsBoard, found: boards[0] }];
  return pairs.flatMap(({ board, found }) => {
    const lists = found?.lists.map(({ label }) => label) ?? board.lists;
    const missing = board.lists.filter((label) => !lists.includes(label));
    if (missing.length === 0) return [];
    const what = missing.length === 1 ? 'a list' : 'lists';
    return [{ board: found?.name ?? board.name, what, lists: some(missing) }];
  });
}

function isUnscheduled({ installation }: DoctorFacts): boolean {
  return installation.schedules.kind === 'read' && sweepSchedule(installation) === undefined;
}

function ownerOf({ owner }: ActualSchedule): string {
  return owner === null ? 'Nobody owns' : `${owner.username}, who is ${owner.state}, owns`;
}

/** What is switched off, and what no schedule could sweep, has rules of its own. */
function sweepsNothing({ installation, pipeline: file }: DoctorFacts): false | Details {
  const pipeline = file?.inputs ?? null;
  const schedules = valuesOf(installation.schedules).filter(({ active }) => active);
  if (pipeline === null || pipeline['sweep'] === false || schedules.length === 0) return false;
  const runs = schedules.map(({ description }) => ({
    description,
    jobs: jobsOfSchedule(description, pipeline),
  }));
  if (runs.some(({ jobs }) => jobs.includes('sweep'))) return false;
  const said = runs.map(
    ({ description, jobs }) => `the schedule "${description}" runs ${some(jobs) || 'nothing'}`,
  );
  return { pattern: patternOf('sweep', pipeline), schedules: some(said) };
}

function neverRan({ installation }: DoctorFacts): false | Details {
  const schedule = sweepSchedule(installation);
  if (schedule === undefined || !schedule.active || !hasWorkingOwner(schedule)) return false;
  if (schedule.lastPipeline !== null) return false;
  if (hoursBetween(schedule.createdAt, installation.now) < FIRST_RUN_HOURS) return false;
  return {
    since: schedule.createdAt.slice(0, 10),
    ref: schedule.ref,
    page: pageOf(installation, 'project', '-/pipeline_schedules'),
  };
}
