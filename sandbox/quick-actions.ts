import Markdown from 'markdown-it';
import { QUICK_ACTIONS, SUBSTITUTIONS } from './quick-action-names.ts';

export interface QuickAction {
  /** Lower case, without the slash; an alias is not resolved. */
  readonly name: string;
  /** Trimmed; empty when there is none. */
  readonly argument: string;
}

export interface Extracted {
  /** The text that stays, without the lines that are commands. */
  readonly text: string;
  readonly commands: readonly QuickAction[];
}

/** Half-open range of lines. */
type Lines = readonly [start: number, end: number];

const markdown = new Markdown({ html: true, linkify: false });
// Commands are looked for in whole paragraphs: only their lines are needed.
markdown.core.ruler.enableOnly(['normalize', 'block']);

// GitLab's own expression: inline code and one-tag-per-line HTML are passed over, then `/name[ argument]` at the
// very start of a line. `[ \t\n\v\f\r]` is Ruby's `\s`; `iu` folds like Ruby does (`/loc` + KELVIN SIGN is `/lock`).
const NAMES = QUICK_ACTIONS.toSorted((one, other) => other.length - one.length).join('|');
const SCANNER = new RegExp(
  '`[^]+?`' +
    '|(?<=^|\\n)<[^>]+?>\\n[^]+?\\n</[^>]+?>(?=\\n|$)' +
    `|(?<=^|\\n)/(?<name>${NAMES})(?: (?<argument>[^\\n]*))?(?:[ \\t\\n\\v\\f\\r]*\\n|$)`,
  'giu',
);

/**
 * Takes the quick actions out of a description or note, as GitLab does before storing it.
 *
 * A command is a line that starts, without any indentation, with `/` and a known name in any case. GitLab deletes
 * every carriage return first, lets its Markdown parser find paragraphs, and scans those; so code blocks, HTML
 * blocks and block quotes are passed over, and so is what stands between two backticks of one paragraph. A slip of
 * the parser would be dangerous here, so lines count that GitLab's parser may or may not take for a top-level
 * paragraph: a heading's, a table's, and a lazy continuation of a list item or quote.
 *
 * @example extractQuickActions('done\n/close') // { text: 'done', commands: [{ name: 'close', argument: '' }] }
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/gitlab/quick_actions/extractor.rb
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/banzai/filter/quick_action_filter.rb
 */
export function extractQuickActions(text: string): Extracted {
  const content = text.replaceAll('\r', '');
  // Most texts hold none, and the parser is what costs.
  if (!/(?:^|\n)\//u.test(content)) return { text: withoutEnd(content), commands: [] };
  const lines = content.split('\n');
  const commands: QuickAction[] = [];
  const kept = [...lines];
  for (const [start, end] of candidates(content, lines)) {
    const chunk = lines.slice(start, end).join('\n');
    if (!/(?:^|\n)\//u.test(chunk)) continue;
    const left = takeCommands(`${chunk}${end < lines.length ? '\n' : ''}`, commands);
    kept.fill('\0', start, end);
    if (left !== '') kept[start] = left.replace(/\n$/u, '');
  }
  const remaining = kept.filter((line) => line !== '\0').join('\n');
  return { text: withoutEnd(remaining), commands };
}

function withoutEnd(text: string): string {
  return text.replace(/[\s\0]+$/u, '');
}

function takeCommands(chunk: string, commands: QuickAction[]): string {
  return chunk.replace(SCANNER, (match, ...rest) => {
    const groups = rest.at(-1) as { readonly name?: string; readonly argument?: string };
    if (groups.name === undefined) return match;
    const name = groups.name.toLowerCase();
    const argument = (groups.argument ?? '').trim();
    const substitute = SUBSTITUTIONS[name];
    if (substitute !== undefined) return `${argument === '' ? '' : `${argument} `}${substitute}\n`;
    commands.push({ name, argument });
    return '';
  });
}

/** Runs of lines that may hold commands: paragraphs as blocks, and single lines that belong to no block at all. */
function candidates(content: string, lines: readonly string[]): Lines[] {
  const tokens = markdown.parse(content, {}).flatMap(({ type, map }) => (map ? [{ type, map }] : []));
  const code = tokens.filter(
    ({ type }) => type === 'fence' || type === 'code_block' || type === 'html_block',
  );
  const quoted = fencedQuotes(lines, code);
  const covered = lines.map(() => false);
  for (const { map } of code) covered.fill(true, ...map);
  const blocks: Lines[] = [];
  for (const { type, map } of tokens) {
    // The cells of a table share their lines.
    if (type !== 'inline' || covered[map[0]]) continue;
    covered.fill(true, ...map);
    if (!quoted[map[0]]) blocks.push(withBlankLine(lines, map));
  }
  const loose = lines.flatMap((line, at): Lines[] =>
    covered[at] || quoted[at] || !line.startsWith('/') ? [] : [[at, at + 1]],
  );
  return [...blocks, ...loose].toSorted((one, other) => one[0] - other[0]);
}

/** GitLab takes the blank line after a paragraph along, so that a removed command leaves no gap. */
function withBlankLine(lines: readonly string[], [start, end]: readonly [number, number]): Lines {
  return lines[end] === '' && end < lines.length - 1 ? [start, end + 1] : [start, end];
}

/**
 * Which lines stand inside `>>>` … `>>>`. Rather too many commands than too few: an unclosed one quotes nothing, nor does
 * one in code or HTML, nor one right below a `>` line, which goes on that quote (CommonMark 5.1).
 */
function fencedQuotes(lines: readonly string[], code: readonly { readonly map: Lines }[]): boolean[] {
  const isFence = lines.map((line) => /^>>>[ \t]*$/u.test(line));
  for (const { map } of code) isFence.fill(false, ...map);
  const quoted = lines.map(() => false);
  for (let at = 0; at < lines.length; at += 1) {
    if (!isFence[at] || /^ {0,3}>/u.test(lines[at - 1] ?? '')) continue;
    const close = isFence.indexOf(true, at + 1);
    if (close < 0) break;
    quoted.fill(true, at, close + 1);
    at = close;
  }
  return quoted;
}
