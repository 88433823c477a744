/** What `setup` has to do: what should be there minus what is there. Empty when everything is. */

import { type SetupAction, type SetupPart, type SetupPlan, unseen } from './action.ts';
import { planHook } from './hook.ts';
import { type ActualBoard, type Installation, offersSeveralBoards, valuesOf } from './installation.ts';
import { planLabels } from './labels.ts';
import { planSchedule } from './schedule.ts';
import type { WantedBoard, WantedInstallation } from './wanted-installation.ts';

/**
 * Plans all of it. Only what carries our names is changed, nothing is deleted, and what people may rightly have
 * chosen otherwise (the name of a board, the order of its lists, when a schedule runs) is left alone.
 */
export function planSetup(wanted: WantedInstallation, actual: Installation): SetupPlan {
  const labels = planLabels(wanted.labels, valuesOf(actual.labels));
  const parts: readonly SetupPart[] = [
    { actions: labels },
    ...planBoards(wanted, actual, labels),
    planHook(wanted.hook, actual),
    planSchedule(wanted.schedule, actual),
  ];
  return {
    actions: parts.flatMap(({ actions = [] }) => actions),
    obstacles: parts.flatMap(({ obstacles = [] }) => obstacles),
    notes: parts.flatMap(({ notes = [] }) => notes),
  };
}

/** With one board only (Free), the engineers' lists go onto it, beside those that are there. */
function planBoards(
  wanted: WantedInstallation,
  actual: Installation,
  labels: readonly SetupAction[],
): readonly SetupPart[] {
  if (actual.boards.kind === 'refused') return [{ obstacles: [unseen('boards', actual.boards.reason)] }];
  const boards = afterRenames(actual.boards.value, labels);
  if (offersSeveralBoards(actual.capabilities))
    return [wanted.stepsBoard, wanted.rolesBoard].map((board) => ({ actions: planBoard(board, boards) }));
  const [only] = boards;
  if (only !== undefined)
    return [{ actions: missingLists({ ...wanted.stepsBoard, name: only.name }, only.lists) }];
  const url = actual.group.kind === 'read' ? `${actual.group.value.url}/-/boards` : 'the boards of the group';
  return [
    {
      obstacles: [
        {
          what: 'the board',
          why: 'GitLab Free has one board per group and makes it when somebody first opens it',
          fix: `Open ${url} once, then run procession setup again.`,
        },
      ],
    },
  ];
}

/** Boards as they will be once labels have their names back: a list shows its label. */
export function afterRenames(
  boards: readonly ActualBoard[],
  labels: readonly SetupAction[],
): readonly ActualBoard[] {
  const names = new Map(
    labels.flatMap((action) =>
      action.kind === 'update-label' ? [[action.name, action.label.name] as const] : [],
    ),
  );
  return boards.map((board) => ({
    ...board,
    lists: board.lists.map((list) => ({ ...list, label: names.get(list.label) ?? list.label })),
  }));
}

type Lists = readonly { readonly label: string }[];

/** Ours is the one of our name; else one that has all our lists, which somebody renamed. */
export function boardFor<T extends { readonly name: string; readonly lists: Lists }>(
  { name, lists }: WantedBoard,
  boards: readonly T[],
): T | undefined {
  const hasAll = (board: T): boolean =>
    lists.every((label) => board.lists.some((list) => list.label === label));
  return boards.find((board) => board.name === name) ?? boards.find(hasAll);
}

function planBoard(
  wanted: WantedBoard,
  boards: readonly { readonly name: string; readonly lists: Lists }[],
): readonly SetupAction[] {
  const found = boardFor(wanted, boards);
  if (found !== undefined) return missingLists({ ...wanted, name: found.name }, found.lists);
  return [{ kind: 'create-board', board: wanted.name }, ...missingLists(wanted, [])];
}

/** New lists go behind the nearest earlier one of ours; at the end when there is none behind it. */
function missingLists({ name, lists }: WantedBoard, there: Lists): readonly SetupAction[] {
  const order = there.map(({ label }) => label);
  return lists.flatMap((label, index): readonly SetupAction[] => {
    if (order.includes(label)) return [];
    const before = lists.slice(0, index).findLast((earlier) => order.includes(earlier));
    const at = before === undefined ? firstOfOurs(lists, order) : order.indexOf(before) + 1;
    const isLast = at >= order.length;
    order.splice(at, 0, label);
    return [{ kind: 'add-list', board: name, label, position: isLast ? null : at }];
  });
}

function firstOfOurs(lists: readonly string[], order: readonly string[]): number {
  const first = order.findIndex((label) => lists.includes(label));
  return first < 0 ? order.length : first;
}
