/** Small pieces that all pages share. */

import { html } from 'hono/html';
import type { Item } from '#sandbox/reading.ts';
import { groupAccess, projectAccess } from '#sandbox/reading.ts';
import type { AccessLevel, Group, Issue, Label, Project, State, User } from '#sandbox/world.ts';
import { placeOf } from './lookup.ts';
import { withFilter } from './paths.ts';
import type { Html, Visit } from './visit.ts';

const ROLES: Readonly<Record<AccessLevel, string>> = {
  10: 'Guest',
  15: 'Planner',
  20: 'Reporter',
  30: 'Developer',
  40: 'Maintainer',
  50: 'Owner',
};

const DAY_MS = 86_400_000;
const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * DAY_MS],
  ['month', 30 * DAY_MS],
  ['day', DAY_MS],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
const MOMENT = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'UTC',
});
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** The role of a user in GitLab's words, `not a member` without one. */
export function roleName(visit: Visit, user: User, group: Group, project: Project | null): string {
  const level = project === null ? groupAccess(user, group) : projectAccess(visit.world, user, project);
  return level === 0 ? 'not a member' : ROLES[level];
}

/** `#12` or `&3`. */
export function shortReference(item: Item): string {
  return item.kind === 'issue' ? `#${item.iid}` : `&${item.iid}`;
}

export function itemPath(visit: Visit, item: Item): string {
  return item.kind === 'issue' ? visit.paths.issue(item) : visit.paths.epic(item);
}

/** Where a label of the item leads: the list around it, narrowed to the label. */
export function labelHref(visit: Visit, item: Item, label: Label): string {
  const place = placeOf(visit.world, item);
  if (place === null) return visit.paths.home;
  return withFilter(
    place.project === null ? visit.paths.group(place.group) : visit.paths.issues(place.project),
    [label],
  );
}

export function stateIcon(state: State): Html {
  return state === 'opened'
    ? html`<svg class="icon opened" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.8"/><circle cx="8" cy="8" r="2.2" fill="currentColor"/></svg>`
    : html`<svg class="icon closed" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="7" fill="currentColor"/><path class="tick" d="M4.8 8.3l2.2 2.2 4.2-4.6" fill="none" stroke-width="1.8"/></svg>`;
}

/** Open or closed, in a word and a shape, so that colour carries nothing alone. */
export function stateBadge(state: State): Html {
  return html`<span class="badge ${state}">${stateIcon(state)} ${state === 'opened' ? 'Open' : 'Closed'}</span>`;
}

export function person(visit: Visit, user: User | undefined): Html {
  if (user === undefined) return html`<span class="muted">someone who is gone</span>`;
  return html`<a class="person" href="${visit.paths.user(user)}"><span class="avatar" aria-hidden="true">${initials(user.name)}</span>${user.name}</a>${user.bot ? html` <span class="tag">bot</span>` : ''}`;
}

function initials(name: string): string {
  const words = name.split(/\s+/u).filter((word) => word !== '');
  return words
    .slice(0, 2)
    .map((word) => Array.from(word)[0] ?? '')
    .join('')
    .toUpperCase();
}

/** When something happened: "5 minutes ago", with the exact time in UTC on hover. */
export function moment(visit: Visit, at: string): Html {
  return html`<time datetime="${at}" title="${MOMENT.format(new Date(at))} UTC">${ago(visit.now, at)}</time>`;
}

function ago(now: Date, at: string): string {
  const past = new Date(at).getTime() - now.getTime();
  for (const [unit, size] of STEPS) {
    if (Math.abs(past) >= size) return RELATIVE.format(Math.trunc(past / size), unit);
  }
  return 'just now';
}

export function date(day: string): Html {
  return html`<time datetime="${day}">${DATE.format(new Date(`${day}T00:00:00Z`))}</time>`;
}

/** A due date, with words when an open item has passed it. */
export function due(visit: Visit, item: { readonly dueDate: string | null; readonly state: State }): Html {
  if (item.dueDate === null) return html`<span class="muted">none</span>`;
  const days = Math.round(
    (Date.parse(visit.now.toISOString().slice(0, 10)) - Date.parse(item.dueDate)) / DAY_MS,
  );
  if (item.state === 'closed' || days < 0) return date(item.dueDate);
  if (days === 0) return html`${date(item.dueDate)} <span class="soon">due today</span>`;
  return html`${date(item.dueDate)} <span class="late">overdue by ${days} ${days === 1 ? 'day' : 'days'}</span>`;
}

export function assignees(visit: Visit, issue: Issue): Html {
  const users = visit.world.users.filter((user) => issue.assigneeIds.includes(user.id));
  if (users.length === 0) return html`<span class="muted">nobody</span>`;
  return html`${users.map((user) => html`<span class="one">${person(visit, user)}</span> `)}`;
}

/** Hidden fields that say what a form does. */
export function action(name: string, fields: Readonly<Record<string, string>> = {}): Html {
  const hidden = Object.entries({ do: name, ...fields });
  return html`${hidden.map(([field, value]) => html`<input type="hidden" name="${field}" value="${value}">`)}`;
}
