import Markdown from 'markdown-it';
import { byText } from './by-text.ts';

export interface TaskItem {
  /** 0-based line of the source. */
  readonly line: number;
  /** `inapplicable` is `[~]`: shown struck through, and not counted. */
  readonly state: 'open' | 'done' | 'inapplicable';
  readonly words: string;
}

const markdown = new Markdown({ html: true, linkify: false });
// What is inside a paragraph takes half of the time and says nothing of where task items are.
markdown.core.ruler.enableOnly(['normalize', 'block']);
const BOX = /^\[([ xX~])\](?=\s)/u;

/**
 * Task-list items in document order: `- [ ]`, `* [x]`, `+ [ ]`, `1. [ ]`, also nested and in quotes, but not in code.
 * @see https://docs.gitlab.com/user/markdown/#task-lists
 */
export const taskItems = byText((source): readonly TaskItem[] => {
  const tokens = markdown.parse(source, {});
  return tokens.flatMap((token, at): TaskItem[] => {
    const box =
      token.type === 'inline' && tokens[at - 2]?.type === 'list_item_open' ? BOX.exec(token.content) : null;
    if (box === null || token.map === null) return [];
    const state = box[1] === ' ' ? 'open' : box[1] === '~' ? 'inapplicable' : 'done';
    const words = token.content.split('\n')[0]?.slice(3).trim() ?? '';
    return [{ line: token.map?.[0] ?? 0, state, words }];
  });
});

/** How many task items a description has; `[~]` does not count. */
export interface TaskCompletion {
  readonly count: number;
  readonly completed_count: number;
}

/** What the API shows as `task_completion_status`. */
export function taskCompletion(source: string): TaskCompletion {
  const counted = taskItems(source).filter((item) => item.state !== 'inapplicable');
  return { count: counted.length, completed_count: counted.filter((item) => item.state === 'done').length };
}

const COUNTED = new WeakMap<object, { readonly text: string; readonly completion: TaskCompletion }>();

/** The same for an issue, remembered with it: lists of thousands show the same descriptions again and again. */
export function taskCompletionOf(issue: { readonly description: string }): TaskCompletion {
  const known = COUNTED.get(issue);
  if (known?.text === issue.description) return known.completion;
  const completion = taskCompletion(issue.description);
  COUNTED.set(issue, { text: issue.description, completion });
  return completion;
}

/** The text with the nth item ticked or unticked; `null` when there is no such item or it is inapplicable. */
export function withTask(
  source: string,
  index: number,
  done: boolean,
): { readonly text: string; readonly words: string } | null {
  const item = taskItems(source)[index];
  if (item === undefined || item.state === 'inapplicable') return null;
  const lines = source.split('\n');
  lines[item.line] = (lines[item.line] ?? '').replace(/\[[ xX]\]/u, done ? '[x]' : '[ ]');
  return { text: lines.join('\n'), words: item.words };
}
