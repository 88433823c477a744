import type { Token } from 'markdown-it';
import Markdown from 'markdown-it';
import { byText } from './by-text.ts';

export interface References {
  /** What follows an `@`: a username, or a group's path. Without duplicates, in order. */
  readonly users: readonly string[];
  /** `#1`, `project#1`, `group/project#1`, or the address of an issue or work item of a project. */
  readonly issues: readonly string[];
  /** `&1`, `group&1`, or the address of an epic. */
  readonly epics: readonly string[];
  readonly mergeRequests: readonly string[];
  /** `~label`, `%milestone`, `$snippet`, `^alert`, `[vulnerability:1]`, commit ids. */
  readonly others: readonly string[];
  /** `@all` was mentioned. */
  readonly all: boolean;
}

const markdown = new Markdown({ html: true, linkify: false });
// Without it an escaped character stays a token of its own, as it stays a span of its own in GitLab.
markdown.core.ruler.disable('text_join');
/** Takes the place of an escaped reference character, which GitLab puts into a span of its own. */
const ESCAPED = '\u{F0000}';
const REFERENCE_CHARACTERS = '@#&!~%$^';

/** Not looked for at every letter of a word: that takes minutes in a text without blanks. */
const BEGIN = '(?<![A-Za-z0-9_])';
const PATH = '[A-Za-z0-9_][\\w.-]*(?:/[A-Za-z0-9_][\\w.-]*)*';
const PATTERNS = {
  users: new RegExp(`${BEGIN}@(?<name>${PATH})`, 'gu'),
  issues: new RegExp(
    `(?:${BEGIN}${PATH})?#\\d+(?!\\w)|GL-\\d+(?!\\w)|\\[(?:issue|work_item):[^\\]\\s]+\\]`,
    'gu',
  ),
  epics: new RegExp(`(?:${BEGIN}${PATH})?&\\d+(?!\\w)|\\[epic:[^\\]\\s]+\\]`, 'gu'),
  mergeRequests: new RegExp(`(?:${BEGIN}${PATH})?!\\d+(?!\\w)|\\[merge_request:[^\\]\\s]+\\]`, 'gu'),
  others:
    /~(?:"[^"]+"|[A-Za-z0-9_][^\s~"]*)|%(?:"[^"]+"|[A-Za-z0-9_][\w.-]*)|\$\d+(?!\w)|\^alert#\d+|\*iteration:\S+|\[(?:vulnerability|contact|cadence|feature_flag|snippet|milestone|label|project):[^\]\s]*\]|(?<![\w/])[0-9a-f]{7,40}(?![\w/])/gu,
};
const ADDRESSES = {
  issues: /https?:\/\/[^\s<>"')]+\/-\/(?:issues|work_items)\/\d+/gu,
  epics: /https?:\/\/[^\s<>"')]+\/groups\/[^\s<>"')]+\/-\/(?:epics|work_items)\/\d+/gu,
  mergeRequests: /https?:\/\/[^\s<>"')]+\/-\/merge_requests\/\d+/gu,
};

/**
 * Finds what GitLab would turn into a reference. GitLab renders the Markdown first and then looks at the text
 * that is left, so a character written as an entity (`&#64;`) does count, while a backslash-escaped one does not,
 * nor does anything in code or in an HTML comment. The text of a link is looked at as well, although GitLab's
 * filters skip it: rather one reference too many.
 *
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/banzai/filter/references/reference_filter.rb
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/banzai/filter/escaped_char_filter.rb
 */
export const findReferences = byText((source): References => {
  const text = visibleText(source);
  const names = unique(
    [...text.matchAll(PATTERNS.users)].map((match) => (match.groups?.['name'] ?? '').replace(/[.-]+$/u, '')),
  );
  return {
    users: names.filter((name) => name.toLowerCase() !== 'all'),
    issues: unique([...found(text, PATTERNS.issues), ...found(text, ADDRESSES.issues)]),
    epics: unique([...found(text, PATTERNS.epics), ...found(text, ADDRESSES.epics)]),
    mergeRequests: unique([...found(text, PATTERNS.mergeRequests), ...found(text, ADDRESSES.mergeRequests)]),
    others: unique(found(text, PATTERNS.others)),
    all: names.some((name) => name.toLowerCase() === 'all'),
  };
});

/** The text nodes of the rendered Markdown, and the targets of its links, one block a line. */
function visibleText(source: string): string {
  const lines: string[] = [];
  for (const token of markdown.parse(source.replaceAll(ESCAPED, ''), {})) {
    if (token.type === 'inline') lines.push((token.children ?? []).map(textOf).join(''));
    else if (token.type === 'html_block') lines.push(textOfHtml(token.content));
  }
  return lines.join('\n');
}

function textOf(token: Token): string {
  switch (token.type) {
    case 'text':
      return token.content;
    case 'text_special':
      return token.info === 'escape' && REFERENCE_CHARACTERS.includes(token.content)
        ? ESCAPED
        : token.content;
    case 'softbreak':
    case 'hardbreak':
      return '\n';
    case 'html_inline':
      return textOfHtml(token.content);
    case 'link_open':
      return ` ${token.attrGet('href') ?? ''} `;
    case 'image':
      return ` ${token.attrGet('src') ?? ''} `;
    default:
      return '';
  }
}

/** Raw HTML: its text nodes and addresses count, its comments do not. */
function textOfHtml(html: string): string {
  return html
    .replaceAll(/<!--[^]*?-->/gu, '')
    .replaceAll(/<(?:pre|code|style)\b[^]*?<\/(?:pre|code|style)>/giu, '')
    .replaceAll(/<[^>]*?\bhref\s*=\s*["']?([^"'>\s]*)[^>]*>/giu, ' $1 ')
    .replaceAll(/<[^>]*>/gu, '')
    .replaceAll(/&[#\w]+;/gu, (entity) => markdown.utils.unescapeAll(entity));
}

function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[0]);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].filter((value) => value !== '');
}
