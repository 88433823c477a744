/** Actions that minutes name: rows of a table with Action, Owner and Due, and task items. */
import { readChecklist } from '#domain/text/checklist.ts';
import { isPlaceholder } from '#domain/text/placeholder.ts';
import { type Cell, readTableRows } from '#domain/text/rows.ts';
import type { Recurs } from './recurs.ts';

/** Action as it was written. */
export interface NamedAction {
  readonly text: string;
  readonly owner: string | null;
  readonly due: string | null;
  readonly done: boolean;
}

/** Action that is open, with the comment that names it. */
export interface OpenAction extends NamedAction {
  readonly noteId: number;
}

/** Actions that one note shows; more are only counted. */
export const MOST_ACTIONS = 20;

type Words = Pick<Recurs, 'words'>['words'];

/** Reads the actions of one comment, in the order in which they stand there. */
function readActions(body: string, words: Words): readonly NamedAction[] {
  const ticked = readChecklist(body).map(
    ({ text, done }): NamedAction => ({ text, owner: null, due: null, done }),
  );
  return [...rowActions(body, words), ...ticked];
}

/**
 * The actions of several comments that are still open, the oldest first. The last word about an action counts, wherever
 * it is said again; a reference to something that is closed settles it.
 *
 * @param isClosed whether the issue with this number is known to be closed
 */
export function openActions(
  comments: readonly { readonly id: number; readonly body: string }[],
  words: Words,
  isClosed: (iid: number) => boolean,
): readonly OpenAction[] {
  const known = new Map<string, OpenAction>();
  for (const { id, body } of comments.toSorted((a, b) => a.id - b.id))
    for (const action of readActions(body, words)) {
      const key = action.text.toLowerCase();
      const before = known.get(key);
      known.set(key, { ...before, ...withKept(action, before), noteId: before?.noteId ?? id });
    }
  return [...known.values()].filter((action) => !action.done && !isSettled(action.text, isClosed));
}

function withKept(action: NamedAction, before: NamedAction | undefined): NamedAction {
  return { ...action, owner: action.owner ?? before?.owner ?? null, due: action.due ?? before?.due ?? null };
}

/** Every issue that the action refers to is closed. */
function isSettled(text: string, isClosed: (iid: number) => boolean): boolean {
  const iids = [...text.matchAll(/(?:^|[\s(])#(\d{1,9})\b/g)].map(([, iid]) => Number(iid));
  return iids.length > 0 && iids.every(isClosed);
}

function rowActions(body: string, words: Words): readonly NamedAction[] {
  const found: NamedAction[] = [];
  let columns: Columns | null = null;
  for (const row of readTableRows(body)) {
    const head = columnsOf(row, words);
    if (head !== null) columns = head;
    else if (columns !== null && !isRule(row)) found.push(...actionIn(row, columns, words));
  }
  return found;
}

interface Columns {
  readonly action: number;
  readonly owner: number;
  readonly due: number;
}

function columnsOf(row: readonly Cell[], words: Words): Columns | null {
  const at = (usual: string, others: readonly string[] = []): number =>
    row.findIndex(({ text }) => isOneOf(text, [usual, ...others]));
  const columns = {
    action: at('Action', words.action),
    owner: at('Owner', words.owner),
    due: at('Due', words.due),
  };
  return columns.action >= 0 && columns.owner >= 0 && columns.due >= 0 ? columns : null;
}

function actionIn(row: readonly Cell[], columns: Columns, words: Words): readonly NamedAction[] {
  const cell = (index: number): string => row[index]?.text ?? '';
  const value = (index: number): string | null => {
    const text = cell(index);
    return text === '' || isPlaceholder(text) ? null : text;
  };
  const text = value(columns.action);
  if (text === null) return [];
  const others = row.filter((_, index) => !Object.values(columns).includes(index));
  const done = others.some((other) => isOneOf(other.text, ['done', '✅', 'x', ...(words.done ?? [])]));
  return [{ text, owner: value(columns.owner), due: value(columns.due), done }];
}

function isRule(row: readonly Cell[]): boolean {
  return row.every(({ text }) => /^:?-+:?$/.test(text) || text === '');
}

function isOneOf(text: string, words: readonly string[]): boolean {
  return words.some((word) => word.toLowerCase() === text.trim().toLowerCase());
}
