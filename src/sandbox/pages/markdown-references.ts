/** `@user`, `#12`, `group/project#12`, `&3`, `group&3` and `~"label"` in text become links when they mean something. */
import type { MarkdownIt, StateCore, Token } from 'markdown-it';
import { html } from 'hono/html';
import type { Group, Project } from '../world.ts';
import { labelPill } from './label-pill.ts';
import { canSee, fullPath, groupOf, labelsFor, projectAt } from './lookup.ts';
import type { Item } from './lookup.ts';
import { itemPath } from './parts.ts';
import { withFilter } from './paths.ts';
import type { Html, Visit } from './visit.ts';

/** Where a text stands: short references mean things of this group and project. */
export interface Place {
  readonly group: Group;
  readonly project: Project | null;
}

interface Environment {
  readonly visit: Visit;
  readonly place: Place;
}

const REFERENCE =
  /(?<![\w/.@-])@(?<user>\w(?:[\w.-]*\w)?)|(?<![\w/.&#-])(?<project>[\w-][\w./-]*)?#(?<issue>\d+)\b|(?<![\w/.&#-])(?<group>[\w-][\w./-]*)?&(?<epic>\d+)\b|~"(?<quoted>[^"\n]+)"|(?<![\w~])~(?<label>[\w:.-]*\w)/gu;

/** Adds references to a markdown-it instance. Must run before escapes are joined: `\#12` stays text, as in GitLab. */
export function drawReferences(md: MarkdownIt): void {
  md.core.ruler.before('text_join', 'references', markReferences);
  md.renderer.rules['reference'] = (tokens, at) => String(tokens[at]?.meta?.['markup'] ?? '');
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

function splitText(token: Token, { visit, place }: Environment, create: typeof Token): Token[] {
  const parts: Token[] = [];
  let at = 0;
  const pushText = (text: string): void => {
    if (text === '') return;
    const part = new create('text', '', 0);
    part.content = text;
    parts.push(part);
  };
  for (const match of token.content.matchAll(REFERENCE)) {
    const markup = resolve(visit, place, match[0], match.groups ?? {});
    if (markup === null) continue;
    pushText(token.content.slice(at, match.index));
    const part = new create('reference', '', 0);
    part.content = match[0];
    part.meta = { markup: String(markup) };
    parts.push(part);
    at = match.index + match[0].length;
  }
  if (parts.length === 0) return [token];
  pushText(token.content.slice(at));
  return parts;
}

type Found = Readonly<Record<string, string | undefined>>;

function resolve(visit: Visit, place: Place, text: string, found: Found): Html | null {
  if (found['user'] !== undefined) return mention(visit, found['user']);
  if (found['issue'] !== undefined) return issueLink(visit, place, text, found);
  if (found['epic'] !== undefined) return epicLink(visit, place, text, found);
  return labelLink(visit, place, found['quoted'] ?? found['label'] ?? '');
}

function mention(visit: Visit, name: string): Html | null {
  const user = visit.world.users.find((it) => it.username === name);
  return user === undefined
    ? null
    : html`<a class="mention" href="${visit.paths.user(user)}" title="${user.name}">@${user.username}</a>`;
}

function issueLink(visit: Visit, place: Place, text: string, found: Found): Html | null {
  const path = found['project'];
  const project =
    path === undefined
      ? place.project
      : projectAt(visit.world, path.includes('/') ? path : `${place.group.path}/${path}`);
  const issue = visit.world.issues.find((it) => it.projectId === project?.id && it.iid === Number(found['issue']));
  return issue === undefined ? null : itemLink(visit, text, issue);
}

function epicLink(visit: Visit, place: Place, text: string, found: Found): Html | null {
  const path = found['group'];
  const group = path === undefined ? place.group : visit.world.groups.find((it) => it.path === path);
  const epic = visit.world.epics.find((it) => it.groupId === group?.id && it.iid === Number(found['epic']));
  return epic === undefined ? null : itemLink(visit, text, epic);
}

function itemLink(visit: Visit, text: string, item: Item): Html | null {
  if (!canSee(visit.world, visit.actor, item)) return null;
  return html`<a href="${itemPath(visit, item)}" title="${item.title}">${text}${item.state === 'closed' ? ' (closed)' : ''}</a>`;
}

/** By name, or by id as GitLab's own notes write labels (`~7`). */
function labelLink(visit: Visit, place: Place, name: string): Html | null {
  const labels = labelsFor(visit.world, place.group, place.project);
  const label = labels.find((it) => it.name === name) ?? labels.find((it) => String(it.id) === name);
  if (label === undefined) return null;
  const list = place.project === null ? visit.paths.group(place.group) : visit.paths.issues(place.project);
  return labelPill(label, withFilter(list, [label]));
}

/** Where the text of an item stands. */
export function placeOf(visit: Visit, item: Item): Place | null {
  const group = groupOf(visit.world, item);
  if (group === undefined) return null;
  const project = item.kind === 'issue' ? visit.world.projects.find((it) => it.id === item.projectId) : undefined;
  return { group, project: project ?? null };
}

/** The item with its address, as it would be written elsewhere: `acme/delivery#12`. */
export function fullReference(visit: Visit, item: Item): string {
  if (item.kind === 'epic') return `${groupOf(visit.world, item)?.path ?? ''}&${item.iid}`;
  const project = visit.world.projects.find((it) => it.id === item.projectId);
  return `${project === undefined ? '' : fullPath(visit.world, project)}#${item.iid}`;
}
