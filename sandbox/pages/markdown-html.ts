/**
 * The little raw HTML that GitLab descriptions need: comments are hidden, `<details>`, `<summary>` and `<br>` work.
 * Everything else stays text, because markdown-it's own HTML is off.
 */
import type { MarkdownIt, StateBlock, StateCore, StateInline, Token } from 'markdown-it';

const TAG = /<(\/?)(details|summary)(\s+open)?\s*>/giu;
const STARTS_WITH_TAG = /^<\/?(?:details|summary)(?:\s+open)?\s*>/iu;
/** Tags that authors like in a summary; they are dropped and their text stays. */
const PLAIN_TAG = /<\/?(?:b|strong|i|em|code|p)>|<!--[\s\S]*?-->/giu;

/** Lets a markdown-it instance with `html: false` understand comments, disclosures and line breaks. */
export function allowSomeHtml(md: MarkdownIt): void {
  const options = { alt: ['paragraph', 'reference', 'blockquote'] };
  md.block.ruler.before('html_block', 'hidden_comment', hiddenComment, options);
  md.block.ruler.before('html_block', 'disclosure', disclosure, options);
  md.inline.ruler.before('autolink', 'small_html', smallHtml);
  md.core.ruler.after('block', 'balance_disclosures', balanceDisclosures);
  md.renderer.rules['disclosure'] = (tokens, at) => {
    const token = tokens[at];
    if (token === undefined) return '';
    return token.nesting === -1
      ? `</${token.tag}>\n`
      : `<${token.tag}${token.info === 'open' ? ' open' : ''}>`;
  };
}

function lineFrom(state: StateBlock, line: number): string {
  const start = (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
  return state.src.slice(start, state.eMarks[line]);
}

function isOutside(state: StateBlock, line: number): boolean {
  return (state.sCount[line] ?? 0) < state.blkIndent;
}

/** A comment that starts a line; without an end it hides the rest, as it does in GitLab. */
function hiddenComment(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if ((state.sCount[startLine] ?? 0) - state.blkIndent >= 4) return false;
  if (!lineFrom(state, startLine).startsWith('<!--')) return false;
  if (silent) return true;
  let line = startLine;
  let rest = lineFrom(state, line).slice(4);
  while (!rest.includes('-->') && line + 1 < endLine && !isOutside(state, line + 1)) {
    line += 1;
    rest = lineFrom(state, line);
  }
  const end = rest.indexOf('-->');
  if (end !== -1) pushText(state, rest.slice(end + 3).replaceAll(PLAIN_TAG, ''));
  state.line = line + 1;
  return true;
}

/** A line that starts with a disclosure tag, up to the next blank line; text between tags is not Markdown. */
function disclosure(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if ((state.sCount[startLine] ?? 0) - state.blkIndent >= 4) return false;
  if (!STARTS_WITH_TAG.test(lineFrom(state, startLine))) return false;
  if (silent) return true;
  let line = startLine + 1;
  while (line < endLine && !state.isEmpty(line) && !isOutside(state, line)) line += 1;
  const source = state.getLines(startLine, line, state.blkIndent, false).replaceAll(PLAIN_TAG, '');
  let at = 0;
  for (const match of source.matchAll(TAG)) {
    pushText(state, source.slice(at, match.index));
    const token = state.push('disclosure', (match[2] ?? '').toLowerCase(), 0);
    // Set afterwards: `push` would move the level, which stays right only for balanced input.
    token.nesting = match[1] === '/' ? -1 : 1;
    token.info = match[3] === undefined ? '' : 'open';
    at = match.index + match[0].length;
  }
  pushText(state, source.slice(at));
  state.line = line;
  return true;
}

function pushText(state: StateBlock, text: string): void {
  if (text.trim() === '') return;
  state.push('text', '', 0).content = text;
}

/** Comments and line breaks inside a paragraph. */
function smallHtml(state: StateInline, silent: boolean): boolean {
  if (state.src.charAt(state.pos) !== '<') return false;
  const match = /^(?:<!--[\s\S]*?-->|<br\s*\/?>)/iu.exec(state.src.slice(state.pos));
  if (match === null) return false;
  if (!silent && !match[0].startsWith('<!--')) state.push('hardbreak', 'br', 0);
  state.pos += match[0].length;
  return true;
}

/** Drops ends without a beginning and adds missing ends, so that a description cannot reach past its own box. */
function balanceDisclosures(state: StateCore): void {
  const open: Token[] = [];
  const balanced: Token[] = [];
  const closeLast = (): void => {
    const last = open.pop();
    if (last === undefined) return;
    const end = new state.Token('disclosure', last.tag, -1);
    end.level = last.level;
    balanced.push(end);
  };
  for (const token of state.tokens) {
    if (token.type !== 'disclosure') {
      while (token.nesting === -1 && (open.at(-1)?.level ?? -1) > token.level) closeLast();
      balanced.push(token);
    } else if (token.nesting === 1) {
      open.push(token);
      balanced.push(token);
    } else if (open.some((it) => it.tag === token.tag && it.level === token.level)) {
      while (open.at(-1)?.tag !== token.tag) closeLast();
      closeLast();
    }
  }
  while (open.length > 0) closeLast();
  state.tokens = balanced;
}
