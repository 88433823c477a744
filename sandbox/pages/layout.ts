/** The frame around every page: banner, who the visitor acts as, the way back, messages. */

import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import { canSeeGroup } from '#sandbox/reading.ts';
import type { Group } from '#sandbox/world.ts';
import { labelStyles } from './label-pill.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { roleName } from './parts.ts';
import { STYLE_SHEET } from './style-sheet.ts';
import type { Html, Visit } from './visit.ts';
import { fold } from './world-version.ts';

/** The only script that may run, as a Content-Security-Policy source. */
export const SCRIPT_SOURCE = `'sha256-${createHash('sha256').update(PAGE_SCRIPT).digest('base64')}'`;

const STYLE_VERSION = fold(STYLE_SHEET).toString(36);

export type Section = 'overview' | 'issues' | 'boards';

export interface Page {
  readonly title: string;
  /** The group the page belongs to, for its navigation. */
  readonly group: Group | null;
  readonly section: Section | null;
  /** Where the page stands below its group: address and words, outermost first. */
  readonly trail: readonly (readonly [href: string, words: string])[];
  readonly main: Html;
}

/** The whole document. */
export function layout(visit: Visit, page: Page): Html {
  const { paths } = visit;
  const colours = fold(labelStyles(visit.world)).toString(36);
  return html`<!doctype html>
<html lang="en" data-version="${visit.version}" data-poll="${paths.own('version')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title} · Procession sandbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${paths.own('style.css')}?v=${STYLE_VERSION}">
<link rel="stylesheet" id="label-colours" href="${paths.own('labels.css')}?v=${colours}">
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header>
<div class="strip"><div class="wide"><a href="${paths.home}">Procession sandbox: not a real GitLab</a>${actAs(visit, page.group)}</div></div>
<div class="bar"><div class="wide">${trail(visit, page)}${page.group === null ? '' : navigation(visit, page.group, page.section)}</div></div>
</header>
<main id="content" class="wide" tabindex="-1"${visit.notice?.kind === 'refused' ? raw(' data-hold') : ''}>
${notice(visit)}
${page.main}
</main>
<div class="status" role="status" aria-live="polite"></div>
<footer><div class="wide">A stand-in with GitLab’s addresses and rules, kept in memory: everything here is made up and gone when it stops.
Nothing is sent anywhere but to the webhooks set up in it.</div></footer>
<script>${raw(PAGE_SCRIPT)}</script>
</body>
</html>`;
}

function trail(visit: Visit, page: Page): Html {
  const steps: (readonly [string, string])[] = [[visit.paths.home, 'Sandbox']];
  if (page.group !== null) steps.push([visit.paths.group(page.group), page.group.name]);
  steps.push(...page.trail);
  return html`<nav aria-label="Breadcrumbs"><ol>${steps.map(
    ([href, words], at) =>
      html`<li><a href="${href}"${at === steps.length - 1 ? raw(' aria-current="location"') : ''}>${words}</a></li>`,
  )}</ol></nav>`;
}

function navigation(visit: Visit, group: Group, current: Section | null): Html {
  const { paths } = visit;
  const links: readonly (readonly [Section, string, string])[] = [
    ['overview', paths.group(group), visit.world.tier === 'free' ? 'Overview' : 'Epics'],
    ['issues', paths.groupIssues(group), 'Issues'],
    ['boards', paths.boards(group), 'Board'],
  ];
  return html`<nav aria-label="Group"><ul class="tabs">${links.map(
    ([section, href, words]) =>
      html`<li><a href="${href}"${section === current ? raw(' aria-current="page"') : ''}>${words}</a></li>`,
  )}</ul></nav>`;
}

function actAs(visit: Visit, group: Group | null): Html {
  const shown = group ?? visit.world.groups.find((it) => canSeeGroup(visit.world, visit.actor, it)) ?? null;
  return html`<form method="post" action="${visit.paths.own('act-as')}">
<input type="hidden" name="back" value="${visit.here}">
<label for="act-as">Act as</label>
<select id="act-as" name="user">${visit.world.users.map((user) => {
    const project =
      visit.world.projects.find((it) => it.groupId === shown?.id && it.members.has(user.id)) ?? null;
    const role =
      shown === null
        ? ''
        : ` (${roleName(visit, user, shown, project)}${user.state === 'blocked' ? ', blocked' : ''})`;
    const state = `${user.id === visit.actor.id ? ' selected' : ''}${user.state === 'blocked' ? ' disabled' : ''}`;
    return html`<option value="${user.username}"${raw(state)}>${user.name} @${user.username}${role}</option>`;
  })}</select>
<button>Switch</button></form>`;
}

function notice(visit: Visit): Html | '' {
  const { notice, actor } = visit;
  if (notice === null) return '';
  if (notice.kind === 'done')
    return html`<div class="notice done" role="status" tabindex="-1"><p>${notice.message}</p></div>`;
  return html`<div class="notice refused" role="alert" tabindex="-1">
<p><strong>Refused${notice.status === null ? '' : ` (${notice.status})`}:</strong> ${notice.message}</p>
<p>You act as ${actor.name} (@${actor.username}). What you typed is kept below, as far as it took no effect.</p></div>`;
}
