import { Refusal } from '#sandbox/operations.ts';
import { canSee, canSeeProject, canUpdate, forbidden, notFound, projectById } from '#sandbox/reading.ts';
import { findIssueByIid } from '#sandbox/records.ts';
import type { Issue } from '#sandbox/world.ts';
import type { Answer, Call, Route } from './call.ts';
import {
  actorOf,
  created,
  groupOf,
  issueOf,
  noContent,
  numberPart,
  ok,
  projectOf,
  recordNotFound,
} from './call.ts';
import { issueFilters, itemFilters, listed } from './filter-items.ts';
import { ISSUE_FILTERS, ISSUE_UPDATE_FIELDS, NEW_ISSUE_FIELDS, toIssueChanges } from './item-parameters.ts';
import { paged, pagedByKeyset } from './paging.ts';
import { requireAll, requireOneOf } from './parameters.ts';
import { showIssue } from './show-items.ts';

/** Global ids of issues: `move_before_id` names the one that comes before the moved one. */
const NEIGHBOURS: readonly string[] = ['move_after_id', 'move_before_id'];

/** @see https://docs.gitlab.com/api/issues/ */
export const ISSUE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/issues',
    parameters: [...ISSUE_FILTERS, 'non_archived'],
    answer(call) {
      if (call.parameters.text('scope') !== 'all') actorOf(call);
      // Without a scope the list holds what the user created.
      const mine = call.parameters.has('scope')
        ? () => true
        : (issue: Issue) => issue.authorId === call.user?.id;
      return listIssues(call, mine);
    },
  },
  {
    method: 'GET',
    path: '/groups/:id/issues',
    parameters: [...ISSUE_FILTERS, 'non_archived'],
    answer(call) {
      const group = groupOf(call);
      const { projects } = call.engine.world;
      const ids = new Set(projects.filter(({ groupId }) => groupId === group.id).map(({ id }) => id));
      return listIssues(call, ({ projectId }) => ids.has(projectId));
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/issues',
    parameters: [...ISSUE_FILTERS, 'cursor', 'pagination'],
    jobToken: true,
    answer(call) {
      const project = projectOf(call);
      return listIssues(call, (issue) => issue.projectId === project.id, true);
    },
  },
  {
    method: 'POST',
    path: '/projects/:id/issues',
    parameters: NEW_ISSUE_FIELDS,
    answer(call) {
      requireAll(call.parameters, ['title']);
      const project = projectOf(call);
      const fields = { ...toIssueChanges(call), title: call.parameters.required('title') };
      return created(showIssue(call.engine.world, createAt(call, project.id, fields)));
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/issues/:iid',
    parameters: [],
    jobToken: true,
    answer: (call) => ok(showIssue(call.engine.world, issueOf(call))),
  },
  {
    method: 'PUT',
    path: '/projects/:id/issues/:iid',
    parameters: ISSUE_UPDATE_FIELDS,
    answer(call) {
      requireOneOf(
        call.parameters,
        ISSUE_UPDATE_FIELDS.filter((name) => name !== 'updated_at'),
      );
      const changes = toIssueChanges(call);
      const issue = existingIssue(call);
      // `authorize! :update_issue` comes before the service that closes silently or not at all.
      if (!canUpdate(call.engine.world, call.user, issue)) throw forbidden();
      return ok(showIssue(call.engine.world, call.operations.updateIssue(actorOf(call), issue, changes)));
    },
  },
  {
    method: 'PUT',
    path: '/projects/:id/issues/:iid/reorder',
    parameters: NEIGHBOURS,
    answer(call) {
      requireOneOf(call.parameters, NEIGHBOURS);
      const issue = existingIssue(call, () => notFound('Issue'));
      if (!canUpdate(call.engine.world, call.user, issue)) throw forbidden();
      const moved = call.operations.reorderIssue(actorOf(call), issue, {
        moveBeforeId: call.parameters.integer('move_before_id'),
        moveAfterId: call.parameters.integer('move_after_id'),
      });
      if (!moved) throw new Refusal(422, { message: { error: 'Unprocessable Entity' } });
      return ok(showIssue(call.engine.world, issue));
    },
  },
  {
    method: 'POST',
    path: '/projects/:id/issues/:iid/move',
    parameters: ['to_project_id'],
    answer(call) {
      requireAll(call.parameters, ['to_project_id']);
      const { world } = call.engine;
      const to = world.projects.find(({ id }) => id === call.parameters.integer('to_project_id'));
      const issue = issueOf(call);
      if (to === undefined || !canSeeProject(world, call.user, to)) throw notFound('Project');
      return created(showIssue(world, call.operations.moveIssue(actorOf(call), issue, to)));
    },
  },
  {
    method: 'DELETE',
    path: '/projects/:id/issues/:iid',
    parameters: [],
    answer(call) {
      const project = projectOf(call);
      const iid = numberPart(call, 'iid');
      const issue = findIssueByIid(call.engine.world, project.id, iid);
      if (issue === undefined) throw notFound('Issue');
      call.operations.deleteIssue(actorOf(call), issue);
      return noContent;
    },
  },
];

/** Updating looks the issue up without asking whether it may be seen: that makes 403, not 404. */
function existingIssue(call: Call, absent: () => Refusal = recordNotFound): Issue {
  const project = projectOf(call);
  const iid = numberPart(call, 'iid');
  const issue = findIssueByIid(call.engine.world, project.id, iid);
  if (issue === undefined) throw absent();
  return issue;
}

/** Project owners may choose the iid; one that is taken is a 409. Others' wish is ignored. */
function createAt(
  call: Call,
  projectId: number,
  fields: Parameters<Call['operations']['createIssue']>[2],
): Issue {
  const { world } = call.engine;
  const project = projectById(world, projectId);
  const actor = actorOf(call);
  const wanted = call.parameters.integer('iid');
  const group = world.groups.find((it) => it.id === project.groupId);
  const isOwner = group?.members.get(actor.id) === 50 || project.members.get(actor.id) === 50;
  if (wanted === undefined || !isOwner) return call.operations.createIssue(actor, projectId, fields);
  if (findIssueByIid(world, projectId, wanted) !== undefined) {
    throw new Refusal(409, { message: 'Duplicated issue' });
  }
  const next = project.nextIid;
  project.nextIid = wanted;
  try {
    return call.operations.createIssue(actor, projectId, fields);
  } finally {
    project.nextIid = Math.max(next, project.nextIid);
  }
}

function listIssues(call: Call, isInScope: (issue: Issue) => boolean, mayUseKeyset = false): Answer {
  const { world } = call.engine;
  // What leaves least comes first; who may see what is asked last.
  const filters = [
    ...itemFilters(call),
    ...issueFilters(call),
    isInScope,
    (issue: Issue) => canSee(world, call.user, issue),
  ];
  const issues = listed(call, world.issues, filters);
  const labelDetails = call.parameters.boolean('with_labels_details') ?? false;
  const show = (issue: Issue): object => showIssue(world, issue, { labelDetails });
  const wantsKeyset = mayUseKeyset && call.parameters.text('pagination') === 'keyset';
  return wantsKeyset ? pagedByKeyset(call, issues, show) : paged(call, issues, show);
}
