/** The boards of the group and their lists. */
import { UnexpectedResponseError } from '#domain/base/errors.ts';
import type { ActualBoard } from '#domain/setup/installation.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { readList } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat } from '#gitlab/http/look-before-repeat.ts';
import type { ActionOf } from './insist.ts';
import { findLabel } from './labels.ts';
import { BoardInGroup, ListOfBoard } from './schema.ts';
import type { SetupSession } from './session.ts';

/** Reads the boards with their lists of labels, in order. */
export async function readBoards(session: SetupSession): Promise<readonly ActualBoard[]> {
  return (await listBoards(session)).map(toBoard);
}

/** Makes a board without lists of ours. */
export async function createBoard(session: SetupSession, { board }: ActionOf<'create-board'>): Promise<void> {
  const { base, boards } = session;
  await lookBeforeRepeat<unknown>(base, {
    send: () => boards.create(base.group, board),
    find: async () => (await listBoards(session)).find(({ name }) => name === board) ?? null,
  });
}

/** Adds a list of a label. GitLab puts a new list at the end; one that exists is 400 "has already been taken". */
export async function addList(
  session: SetupSession,
  { board, label, position }: ActionOf<'add-list'>,
): Promise<void> {
  const { base, boards } = session;
  const [there, labelled] = await Promise.all([listBoards(session), findLabel(session, label)]);
  const boardId = there.find(({ name }) => name === board)?.id;
  if (boardId === undefined || labelled === null)
    throw new UnexpectedResponseError(
      `GET /groups/${base.group}/boards: the ${boardId === undefined ? `board "${board}"` : `label "${label}"`} is gone again. Somebody else changes the same things; run procession setup again.`,
    );
  const findList = async (): Promise<{ readonly id: number } | null> => {
    const now = (await listBoards(session)).find(({ id }) => id === boardId);
    return now?.lists?.find((list) => list.label?.name === label) ?? null;
  };
  const what = `POST /groups/${base.group}/boards/${boardId}/lists`;
  const list = await lookBeforeRepeat<{ readonly id: number }>(base, {
    send: async () => {
      const answer = await boards.createList(base.group, boardId, { labelId: labelled.id } as never);
      return parseAnswer(ListOfBoard, answer, what);
    },
    find: findList,
  });
  if (position !== null) await boards.editList(base.group, boardId, list.id, position);
}

/** @see https://docs.gitlab.com/api/group_boards/ */
async function listBoards({ base, boards }: SetupSession): Promise<readonly BoardInGroup[]> {
  return await readList<BoardInGroup>(base, {
    what: `GET /groups/${base.group}/boards`,
    item: BoardInGroup,
    fetchPage: (page) => boards.all(base.group, { ...page }),
  });
}

function toBoard({ id, name, lists }: BoardInGroup): ActualBoard {
  const inOrder = (lists ?? []).toSorted((one, other) => (one.position ?? 0) - (other.position ?? 0));
  return {
    id,
    name,
    lists: inOrder.flatMap((list) =>
      list.label === null || list.label === undefined ? [] : [{ id: list.id, label: list.label.name }],
    ),
  };
}
