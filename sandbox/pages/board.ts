/** The columns of a board and what moving a card between them does. */

import type { IssueChanges } from '#sandbox/operations.ts';
import { Refusal } from '#sandbox/operations.ts';
import { byBoardPosition } from '#sandbox/ordering.ts';
import { canSee } from '#sandbox/reading.ts';
import type { Board, Group, Issue, Label } from '#sandbox/world.ts';
import { WORKFLOW_SCOPE } from './epic-page.ts';
import type { Filter } from './filters.ts';
import { passes } from './filters.ts';
import { groupOf, labelsFor } from './lookup.ts';
import type { Visit } from './visit.ts';

export interface Column {
  /** `opened`, `closed` or `label-<id>`: names the column in forms. */
  readonly key: string;
  readonly label: Label | null;
  readonly issues: readonly Issue[];
}

/** How far work is, in the order people expect; other labels of the scope follow by name. */
const WORKFLOW_ORDER = ['blocked', 'ready', 'in progress', 'waiting', 'done', 'waived'];

/** The labels of a board's lists in order; without a board those of the workflow scope that the group has. */
function boardLabels(visit: Visit, group: Group, board: Board | null): Label[] {
  if (board !== null) {
    return board.lists
      .toSorted((one, other) => one.position - other.position)
      .flatMap((list) => visit.world.labels.find((label) => label.id === list.labelId) ?? []);
  }
  const rank = (label: Label): number => {
    const at = WORKFLOW_ORDER.indexOf(label.name.slice(WORKFLOW_SCOPE.length + 2));
    return at === -1 ? WORKFLOW_ORDER.length : at;
  };
  return labelsFor(visit.world, group, null)
    .filter((label) => label.name.startsWith(`${WORKFLOW_SCOPE}::`))
    .toSorted((one, other) => rank(one) - rank(other));
}

/** Open, one column per list label, Closed. An open issue stands in every list whose label it has, else in Open. */
export function boardColumns(visit: Visit, group: Group, board: Board | null, filter: Filter): Column[] {
  const issues = visit.world.issues.filter(
    (issue) =>
      groupOf(visit.world, issue)?.id === group.id &&
      canSee(visit.world, visit.actor, issue) &&
      passes(visit, filter, issue),
  );
  const open = issues.filter((issue) => issue.state === 'opened').toSorted(byBoardPosition);
  const labels = boardLabels(visit, group, board);
  const closed = issues
    .filter((issue) => issue.state === 'closed')
    .toSorted(
      (one, other) => (other.closedAt ?? '').localeCompare(one.closedAt ?? '') || other.iid - one.iid,
    );
  return [
    {
      key: 'opened',
      label: null,
      issues: open.filter((issue) => !labels.some((label) => issue.labelIds.includes(label.id))),
    },
    ...labels.map((label) => ({
      key: `label-${label.id}`,
      label,
      issues: open.filter((issue) => issue.labelIds.includes(label.id)),
    })),
    { key: 'closed', label: null, issues: closed },
  ];
}

/**
 * What GitLab changes when a card moves:
 *
 * | from | to a list | to Open | to Closed |
 * |---|---|---|---|
 * | a list | its label for the other | the labels of all lists of this board off | the same, and close |
 * | Open | label on | – | the same, and close |
 * | Closed | label on and reopen | the labels of all lists off, and reopen | – |
 *
 * Labels that have no list on this board stay, whatever their scope.
 *
 * @see app/services/boards/base_item_move_service.rb `remove_label_ids` (`movable?` is a list of a label), `Label.ids_on_board`
 */
export function moveChanges(columns: readonly Column[], fromKey: string, toKey: string): IssueChanges {
  const from = columns.find((column) => column.key === fromKey);
  const to = columns.find((column) => column.key === toKey);
  if (from === undefined || to === undefined) {
    throw new Refusal(404, { message: 'The board has changed: there is no such list any more.' });
  }
  const dropped = to.label === null ? columns.map((column) => column.label) : [from.label];
  return {
    ...(to.label === null ? {} : { addLabels: [to.label.name] }),
    removeLabels: dropped.flatMap((label) => label?.name ?? []),
    ...(to.key === 'closed' ? { stateEvent: 'close' as const } : {}),
    ...(from.key === 'closed' && to.key !== 'closed' ? { stateEvent: 'reopen' as const } : {}),
  };
}
