/** Task lists: `- [ ] text` becomes a checkbox, counted from 0 in document order. */
import type { MarkdownIt, StateCore, Token } from 'markdown-it';
import { fold } from './world-version.ts';

const ITEM = /^\[([ xX~])\](?=\s)/u;

/** Name of the form on the page that the tick buttons submit. */
export const TASK_FORM = 'tick-tasks';

/** One task-list item as the page shows it; `mark` tells whether it is still the same when the click arrives. */
export interface Task {
  readonly index: number;
  readonly done: boolean;
  readonly words: string;
  readonly mark: string;
}

/** Makes checkboxes of task-list items; `env?.['tickable']` decides whether they can be clicked. */
export function drawTasks(md: MarkdownIt): void {
  md.core.ruler.after('inline', 'tasks', markTasks);
  md.renderer.rules['task'] = (tokens, at, _options, env) => {
    const task = tokens[at]?.meta as unknown as Task | undefined;
    if (task === undefined) return '';
    const { escapeHtml } = md.utils;
    const checked = task.done ? ' checked' : '';
    if (env?.['tickable'] !== true) return `<input type="checkbox" disabled${checked} aria-label="${escapeHtml(task.words)}">`;
    const verb = task.done ? 'untick' : 'tick';
    const value = `${task.index}:${task.done ? 0 : 1}:${task.mark}`;
    return (
      `<input type="checkbox" class="task-box" id="task-${task.index}" disabled${checked} aria-label="${escapeHtml(task.words)}">` +
      `<button form="${TASK_FORM}" name="task" value="${value}" class="task-button" aria-label="${verb}: ${escapeHtml(task.words)}">${verb}</button>`
    );
  };
}

/** The tasks of a parsed document, in order. */
export function tasksIn(tokens: readonly Token[]): Task[] {
  return tokens.flatMap((token) => token.children ?? []).flatMap((it) => (it.type === 'task' ? [it.meta as unknown as Task] : []));
}

function markTasks(state: StateCore): void {
  let index = 0;
  for (const [at, token] of state.tokens.entries()) {
    const item = state.tokens[at - 2];
    if (token.type !== 'inline' || item?.type !== 'list_item_open') continue;
    const first = token.children?.[0];
    const match = ITEM.exec(token.content);
    if (match === null || first?.type !== 'text' || !first.content.startsWith(match[0])) continue;
    first.content = first.content.slice(match[0].length).trimStart();
    const words = (token.children ?? []).map((it) => it.content).join('').trim();
    const task = new state.Token('task', 'input', 0);
    const done = match[1] === 'x' || match[1] === 'X';
    task.meta = { index, done, words, mark: fold(words).toString(36) } satisfies Task;
    token.children?.unshift(task);
    item.attrJoin('class', 'task');
    index += 1;
  }
}
