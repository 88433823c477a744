import { takeId } from '#sandbox/new-world.ts';
import { Refusal } from '#sandbox/operations.ts';
import { availableLabels, forbidden, groupAccess, hasPremium, notFound } from '#sandbox/reading.ts';
import type { Board, BoardList } from '#sandbox/world.ts';
import type { Call, Route } from './call.ts';
import { actorOf, created, groupOf, noContent, numberPart, ok, PAGING } from './call.ts';
import { paged } from './paging.ts';
import { requireAll } from './parameters.ts';
import { showBoard, showBoardList } from './show.ts';

const PLANNER = 15;
const OWNER = 50;

/** A group's issue boards. On Free there is the one that GitLab made. @see https://docs.gitlab.com/api/group_boards/ */
export const BOARD_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/groups/:id/boards',
    parameters: PAGING,
    answer(call) {
      const group = groupOf(call);
      const boards = call.engine.world.boards.filter((board) => board.groupId === group.id);
      return paged(call, boards, (board) => showBoard(call.engine.world, board));
    },
  },
  {
    method: 'POST',
    path: '/groups/:id/boards',
    parameters: ['name'],
    answer(call) {
      requireAll(call.parameters, ['name']);
      const group = groupOf(call);
      requireLevel(call, PLANNER);
      requirePremium(call);
      const board: Board = {
        id: takeId(call.engine.world, 'board'),
        groupId: group.id,
        name: call.parameters.required('name'),
        lists: [],
      };
      call.engine.world.boards.push(board);
      return created(showBoard(call.engine.world, board));
    },
  },
  {
    method: 'GET',
    path: '/groups/:id/boards/:board_id',
    parameters: [],
    answer: (call) => ok(showBoard(call.engine.world, boardOf(call))),
  },
  {
    method: 'PUT',
    path: '/groups/:id/boards/:board_id',
    parameters: [
      'name',
      'hide_backlog_list',
      'hide_closed_list',
      'assignee_id',
      'milestone_id',
      'labels',
      'weight',
    ],
    answer(call) {
      const board = boardOf(call);
      requireLevel(call, PLANNER);
      board.name = call.parameters.text('name') ?? board.name;
      return ok(showBoard(call.engine.world, board));
    },
  },
  {
    method: 'DELETE',
    path: '/groups/:id/boards/:board_id',
    parameters: [],
    answer(call) {
      const board = boardOf(call);
      requireLevel(call, PLANNER);
      requirePremium(call);
      call.engine.world.boards.splice(call.engine.world.boards.indexOf(board), 1);
      return noContent;
    },
  },
  {
    method: 'GET',
    path: '/groups/:id/boards/:board_id/lists',
    parameters: PAGING,
    answer: (call) => paged(call, boardOf(call).lists, (list) => showBoardList(call.engine.world, list)),
  },
  {
    method: 'POST',
    path: '/groups/:id/boards/:board_id/lists',
    parameters: ['label_id', 'milestone_id', 'iteration_id', 'assignee_id'],
    answer: (call) => created(showBoardList(call.engine.world, createList(call))),
  },
  {
    method: 'GET',
    path: '/groups/:id/boards/:board_id/lists/:list_id',
    parameters: [],
    answer: (call) => ok(showBoardList(call.engine.world, listOf(call))),
  },
  {
    method: 'PUT',
    path: '/groups/:id/boards/:board_id/lists/:list_id',
    parameters: ['position'],
    answer(call) {
      requireAll(call.parameters, ['position']);
      const { lists } = boardOf(call);
      requireLevel(call, PLANNER);
      const list = listOf(call);
      lists.splice(lists.indexOf(list), 1);
      lists.splice(call.parameters.integer('position') ?? 0, 0, list);
      renumber(lists);
      return ok(showBoardList(call.engine.world, list));
    },
  },
  {
    method: 'DELETE',
    path: '/groups/:id/boards/:board_id/lists/:list_id',
    parameters: [],
    answer(call) {
      const { lists } = boardOf(call);
      requireLevel(call, OWNER);
      lists.splice(lists.indexOf(listOf(call)), 1);
      renumber(lists);
      return noContent;
    },
  },
];

function boardOf(call: Call): Board {
  const group = groupOf(call);
  const id = numberPart(call, 'board_id');
  const board = call.engine.world.boards.find((it) => it.groupId === group.id && it.id === id);
  if (board === undefined) throw notFound('Board');
  return board;
}

function listOf(call: Call): BoardList {
  const id = numberPart(call, 'list_id');
  const list = boardOf(call).lists.find((it) => it.id === id);
  if (list === undefined) throw notFound('List');
  return list;
}

/** Lists of labels are for everybody; the other kinds take Premium, and the stand-in does not keep them. */
function createList(call: Call): BoardList {
  const board = boardOf(call);
  requireLevel(call, PLANNER);
  const labelId = call.parameters.integer('label_id');
  if (labelId === undefined) {
    if (call.parameters.names().some((name) => name.endsWith('_id'))) requirePremium(call);
    throw new Refusal(400, {
      error:
        'label_id, milestone_id, iteration_id, assignee_id are missing, exactly one parameter must be provided',
    });
  }
  const label = availableLabels(call.engine.world, { groupId: board.groupId, projectId: null }).find(
    (it) => it.id === labelId,
  );
  if (label === undefined) throw new Refusal(400, { error: 'Label not found!' });
  if (board.lists.some((list) => list.labelId === labelId)) {
    throw new Refusal(400, { message: { label_id: ['has already been taken'] } });
  }
  const list: BoardList = {
    id: takeId(call.engine.world, 'boardList'),
    labelId,
    position: board.lists.length,
  };
  board.lists.push(list);
  return list;
}

function renumber(lists: readonly BoardList[]): void {
  for (const [position, list] of lists.entries()) list.position = position;
}

function requireLevel(call: Call, level: number): void {
  actorOf(call);
  if (groupAccess(call.user, groupOf(call)) < level) throw forbidden();
}

function requirePremium(call: Call): void {
  if (!hasPremium(call.engine.world)) throw forbidden();
}
