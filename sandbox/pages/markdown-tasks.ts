/** Task lists: `- [ ] text` becomes a checkbox, numbered as `Operations.toggleTask` numbers them. */
import type { MarkdownIt, StateCore, Token } from 'markdown-it';
import { taskItems } from '#sandbox/task-list.ts';
import { fold } from './world-version.ts';

const BOX = /^\[([ xX~])\](?=\s)/u;

/** Name of the form on the page that the tick buttons submit. */
export const TASK_FORM = 'tick-tasks';

/** One task-list item as the page shows it; `mark` tells whether it is still the same when the click arrives. */
export interface Task {
  /** `null` for an inapplicable item (`[~]`), and where GitLab would see raw HTML instead of a list. */
  readonly index: number | null;
  readonly done: boolean;
  readonly words: string;
  readonly mark: string;
}

/** Makes checkboxes of task-list items; `env.tickable` decides whether they can be clicked. */
export function drawTasks(md: MarkdownIt): void {
  const { escapeHtml } = md.utils;
  md.core.ruler.after('inline', 'tasks', markTasks);
  md.renderer.rules['task'] = (tokens, at, _options, env) => {
    const task = tokens[at]?.meta as unknown as Task | undefined;
    if (task === undefined) return '';
    const look = `type="checkbox" disabled${task.done ? ' checked' : ''} aria-label="${escapeHtml(task.words)}"`;
    if (env?.['tickable'] !== true || task.index === null) return `<input ${look}>`;
    const verb = task.done ? 'untick' : 'tick';
    const value = `${task.index}:${task.done ? 0 : 1}:${task.mark}`;
    return (
      `<input ${look} class="task-box" id="task-${task.index}">` +
      `<button form="${TASK_FORM}" name="task" value="${value}" class="task-button" aria-label="${verb}: ${escapeHtml(task.words)}">${verb}</button>`
    );
  };
}

/** The tasks of a parsed document that count, in order. */
export function tasksIn(tokens: readonly Token[]): Task[] {
  return tokens
    .flatMap((token) => token.children ?? [])
    .flatMap((it) => (it.type === 'task' ? [it.meta as unknown as Task] : []))
    .filter((task) => task.index !== null);
}

function markTasks(state: StateCore): void {
  const items = taskItems(state.src);
  for (const [at, token] of state.tokens.entries()) {
    const parent = state.tokens[at - 2];
    if (token.type !== 'inline' || parent?.type !== 'list_item_open') continue;
    const first = token.children?.[0];
    const match = BOX.exec(token.content);
    if (match === null || first?.type !== 'text' || !first.content.startsWith(match[0])) continue;
    first.content = first.content.slice(match[0].length).trimStart();
    const index = items.findIndex((item) => item.line === token.map?.[0]);
    const words = (token.children ?? [])
      .map((it) => it.content)
      .join('')
      .trim();
    const box = new state.Token('task', 'input', 0);
    box.meta = {
      index: index === -1 || match[1] === '~' ? null : index,
      done: match[1] === 'x' || match[1] === 'X',
      words,
      mark: fold(words).toString(36),
    } satisfies Task;
    token.children?.unshift(box);
    parent.attrJoin('class', match[1] === '~' ? 'task inapplicable' : 'task');
  }
}
