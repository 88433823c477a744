import { applyEpic } from '#sandbox/apply-changes.ts';
import { snapshot } from '#sandbox/hook-payload.ts';
import { fireItem } from '#sandbox/item-writes.ts';
import { Refusal } from '#sandbox/operations.ts';
import { childrenOf, reorderChild } from '#sandbox/ordering.ts';
import { canSee, canUpdate, forbidden, groupIdOf, itemAccess, notFound } from '#sandbox/reading.ts';
import { findIssueById } from '#sandbox/records.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import type { Call, Route } from './call.ts';
import {
  actorOf,
  created,
  epicOf,
  groupOf,
  noContent,
  numberPart,
  ok,
  PAGING,
  requireEpics,
} from './call.ts';
import { itemFilters, listed } from './filter-items.ts';
import { EPIC_FILTERS, EPIC_UPDATE_FIELDS, NEW_EPIC_FIELDS, toEpicChanges } from './item-parameters.ts';
import { paged } from './paging.ts';
import { requireAll, requireOneOf } from './parameters.ts';
import { showEpic, showIssue, showIssueBasic } from './show-items.ts';

/** All epic routes but the notes' take the epic's iid. @see https://docs.gitlab.com/api/epics/ and /api/epic_issues/ */
export const EPIC_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/groups/:id/epics',
    parameters: EPIC_FILTERS,
    answer(call) {
      const group = groupOf(call);
      requireEpics(call);
      const { world } = call.engine;
      const filters = [
        (epic: Epic) => epic.groupId === group.id,
        ...itemFilters(call),
        (epic: Epic) => canSee(world, call.user, epic),
      ];
      const epics = listed(call, world.epics, filters, ['created_at', 'updated_at', 'title']);
      const labelDetails = call.parameters.boolean('with_labels_details') ?? false;
      return paged(call, epics, (epic) => showEpic(world, epic, { labelDetails }));
    },
  },
  {
    method: 'POST',
    path: '/groups/:id/epics',
    parameters: NEW_EPIC_FIELDS,
    answer(call) {
      requireAll(call.parameters, ['title']);
      const group = groupOf(call);
      requireEpics(call);
      const fields = { ...toEpicChanges(call), title: call.parameters.required('title') };
      return created(
        showEpic(call.engine.world, call.operations.createEpic(actorOf(call), group.id, fields)),
      );
    },
  },
  {
    method: 'GET',
    path: '/groups/:id/epics/:iid',
    parameters: [],
    answer: (call) => ok({ ...showEpic(call.engine.world, epicOf(call)), subscribed: false }),
  },
  {
    method: 'PUT',
    path: '/groups/:id/epics/:iid',
    parameters: EPIC_UPDATE_FIELDS,
    answer(call) {
      requireOneOf(call.parameters, EPIC_UPDATE_FIELDS);
      const changes = toEpicChanges(call);
      const epic = epicOf(call);
      if (!canUpdate(call.engine.world, call.user, epic)) throw forbidden();
      return ok(showEpic(call.engine.world, call.operations.updateEpic(actorOf(call), epic, changes)));
    },
  },
  {
    method: 'DELETE',
    path: '/groups/:id/epics/:iid',
    parameters: [],
    answer(call) {
      call.operations.deleteEpic(actorOf(call), epicOf(call));
      return noContent;
    },
  },
  {
    method: 'GET',
    path: '/groups/:id/epics/:iid/issues',
    parameters: PAGING,
    signedIn: true,
    answer(call) {
      const epic = epicOf(call);
      return paged(call, visibleChildren(call, epic), (issue) => showEpicIssue(call, issue));
    },
  },
  {
    method: 'POST',
    path: '/groups/:id/epics/:iid/issues/:issue_id',
    parameters: [],
    answer(call) {
      const epic = epicOf(call);
      const issue = issueById(call, numberPart(call, 'issue_id'));
      if (issue.epicId === epic.id) throw new Refusal(409, { message: 'Issue(s) already assigned' });
      assign(call, issue, epic.id);
      return created(showEpicIssueLink(call, epic, issue));
    },
  },
  {
    method: 'DELETE',
    path: '/groups/:id/epics/:iid/issues/:epic_issue_id',
    parameters: [],
    answer(call) {
      const epic = epicOf(call);
      const issue = childByLink(call, epic);
      const body = showEpicIssueLink(call, epic, issue);
      assign(call, issue, null);
      return ok(body);
    },
  },
  {
    method: 'PUT',
    path: '/groups/:id/epics/:iid/issues/:epic_issue_id',
    parameters: ['move_before_id', 'move_after_id', ...PAGING],
    answer(call) {
      const epic = epicOf(call);
      moveChild(call, epic, childByLink(call, epic));
      return paged(call, visibleChildren(call, epic), (issue) => showEpicIssue(call, issue));
    },
  },
];

function visibleChildren(call: Call, epic: Epic): Issue[] {
  const { world } = call.engine;
  return childrenOf(world, epic).filter((issue) => canSee(world, call.user, issue));
}

function showEpicIssue(call: Call, issue: Issue): object {
  const more = { epic_issue_id: issue.epicIssueId, relative_position: issue.epicPosition ?? null };
  return { ...showIssue(call.engine.world, issue), ...more };
}

function showEpicIssueLink(call: Call, epic: Epic, issue: Issue): object {
  return {
    id: issue.epicIssueId,
    relative_position: issue.epicPosition ?? null,
    epic: showEpic(call.engine.world, epic),
    issue: showIssueBasic(call.engine.world, issue),
  };
}

/** Assigning takes the issue's global id. */
function issueById(call: Call, id: number): Issue {
  const issue = findIssueById(call.engine.world, id);
  if (issue === undefined || !canSee(call.engine.world, call.user, issue)) throw notFound('Issue');
  return issue;
}

function childByLink(call: Call, epic: Epic): Issue {
  const id = numberPart(call, 'epic_issue_id');
  const issue = call.engine.world.issues.find((it) => it.epicId === epic.id && it.epicIssueId === id);
  if (issue === undefined) throw notFound('Epic Issue');
  return issue;
}

/** Takes `admin_issue_relation`, which a Guest has. An issue of another epic is moved. */
function assign(call: Call, issue: Issue, epicId: number | null): void {
  const { engine } = call;
  const actor = actorOf(call);
  if (itemAccess(engine.world, actor, issue) < 10) throw forbidden();
  const before = snapshot(engine.world, issue);
  applyEpic(engine, actor, issue, epicId);
  fireItem(engine, actor, issue, 'update', before);
  engine.announce({ kind: 'issue', id: issue.id, actor, groupId: groupIdOf(engine.world, issue) });
}

/**
 * Takes `admin_issue_relation`. The documented answer to a neighbour that is not there is 400; some versions swallow
 * the service's own 404 and answer 200 with the order as it was.
 */
function moveChild(call: Call, epic: Epic, child: Issue): void {
  const { parameters, engine } = call;
  if (itemAccess(engine.world, actorOf(call), child) < 10) throw forbidden();
  const moved = reorderChild(engine, epic, child, {
    moveBeforeId: parameters.integer('move_before_id'),
    moveAfterId: parameters.integer('move_after_id'),
  });
  if (!moved) throw new Refusal(400, { message: { error: 'Issue could not be moved!' } });
}
