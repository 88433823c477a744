/** `@user`, `#12`, `group/project#12`, `&3`, `group&3` and `~"label"` in text become links when they mean something. */

import { html } from 'hono/html';
import type { MarkdownIt, StateCore, Token } from 'markdown-it';
import type { Item } from '#sandbox/reading.ts';
import { availableLabels, canSee, labelOwner } from '#sandbox/reading.ts';
import { findItem } from '#sandbox/resolving.ts';
import { labelPill } from './label-pill.ts';
import { itemPath, labelHref } from './parts.ts';
import type { Html, Visit } from './visit.ts';
import { markupText } from './visit.ts';

/** What the rules need to know: short references mean things near `item`. */
export interface Environment {
  readonly visit: Visit;
  readonly item: Item;
}

const REFERENCE =
  /(?<![\w/.@-])@(?<user>\w(?:[\w.-]*\w)?)|(?<![\w/.&#-])(?<item>(?:[\w-][\w./-]*)?[#&]\d+)(?!\w)|~"(?<quoted>[^"\n]+)"|(?<![\w~])~(?<label>[\w:.-]*\w)/gu;

/** Adds references to a markdown-it instance. Must run before escapes are joined: `\#12` stays text, as in GitLab. */
export function drawReferences(md: MarkdownIt): void {
  md.core.ruler.before('text_join', 'references', markReferences);
  md.renderer.rules['reference'] = (tokens, at) => {
    const markup = tokens[at]?.meta?.['markup'];
    return typeof markup === 'string' ? markup : '';
  };
}

function markReferences(state: StateCore): void {
  const environment = state.env as unknown as Environment;
  for (const block of state.tokens) {
    if (block.type !== 'inline' || block.children === null) continue;
    let links = 0;
    block.children = block.children.flatMap((token) => {
      if (token.type === 'link_open') links += 1;
      if (token.type === 'link_close') links -= 1;
      return token.type === 'text' && links === 0 ? splitText(token, environment, state.Token) : [token];
    });
  }
}

function splitText(token: Token, environment: Environment, create: typeof Token): Token[] {
  const parts: Token[] = [];
  let at = 0;
  const push = (type: string, content: string, markup: Html | ''): void => {
    if (content === '') return;
    const part = new create(type, '', 0);
    part.content = content;
    if (markup !== '') part.meta = { markup: markupText(markup) };
    parts.push(part);
  };
  for (const match of token.content.matchAll(REFERENCE)) {
    const markup = resolve(environment, match[0], match.groups ?? {});
    if (markup === null) continue;
    push('text', token.content.slice(at, match.index), '');
    push('reference', match[0], markup);
    at = match.index + match[0].length;
  }
  if (parts.length === 0) return [token];
  push('text', token.content.slice(at), '');
  return parts;
}

function resolve(
  { visit, item }: Environment,
  text: string,
  found: Readonly<Record<string, string | undefined>>,
): Html | null {
  if (found['user'] !== undefined) return mention(visit, found['user'].toLowerCase());
  if (found['item'] !== undefined) return itemLink(visit, text, findItem(visit.world, text, item));
  return labelLink(visit, item, found['quoted'] ?? found['label'] ?? '');
}

function mention(visit: Visit, name: string): Html | null {
  const user = visit.world.users.find((it) => it.username.toLowerCase() === name);
  return user === undefined
    ? null
    : html`<a class="mention" href="${visit.paths.user(user)}" title="${user.name}">@${user.username}</a>`;
}

function itemLink(visit: Visit, text: string, item: Item | null): Html | null {
  if (item === null || !canSee(visit.world, visit.actor, item)) return null;
  return html`<a href="${itemPath(visit, item)}" title="${item.title}">${text}${item.state === 'closed' ? ' (closed)' : ''}</a>`;
}

/** By name, or by id as GitLab's own notes write labels (`~7`). */
function labelLink(visit: Visit, item: Item, name: string): Html | null {
  const labels = availableLabels(visit.world, labelOwner(visit.world, item));
  const label = labels.find((it) => it.name === name) ?? labels.find((it) => String(it.id) === name);
  return label === undefined ? null : labelPill(label, labelHref(visit, item, label));
}
