/** Filters of the lists: state, labels, assignee and words, as GitLab's addresses carry them. */

import { html, raw } from 'hono/html';
import type { Item } from '#sandbox/reading.ts';
import { labelsOf } from '#sandbox/reading.ts';
import type { Label, State } from '#sandbox/world.ts';
import { labelPill } from './label-pill.ts';
import { withFilter } from './paths.ts';
import type { Html, Visit } from './visit.ts';

export interface Filter {
  readonly state: State | 'all';
  /** Names; an item must have all of them. */
  readonly labels: readonly string[];
  readonly assignee: string;
  readonly search: string;
}

/** Reads a filter from an address; an unknown state counts as open. */
export function readFilter(query: URLSearchParams): Filter {
  const state = query.get('state');
  return {
    state: state === 'closed' || state === 'all' ? state : 'opened',
    labels: [...new Set(query.getAll('label_name[]').filter((name) => name !== ''))],
    assignee: query.get('assignee_username') ?? '',
    search: (query.get('search') ?? '').trim(),
  };
}

/** Whether an item passes everything but the state. */
export function passes(visit: Visit, filter: Filter, item: Item): boolean {
  const names = new Set(labelsOf(visit.world, item).map((label) => label.name));
  if (!filter.labels.every((name) => names.has(name))) return false;
  if (filter.search !== '' && !item.title.toLowerCase().includes(filter.search.toLowerCase())) return false;
  if (filter.assignee === '') return true;
  const wanted = visit.world.users.find((user) => user.username === filter.assignee);
  return item.kind === 'issue' && wanted !== undefined && item.assigneeIds.includes(wanted.id);
}

export function hasState(filter: Filter, item: Item): boolean {
  return filter.state === 'all' || item.state === filter.state;
}

function others(filter: Filter): Record<string, string> {
  return { assignee_username: filter.assignee, search: filter.search };
}

/** Tabs "Open 3, Closed 2, All 5" over the items that pass the rest of the filter. */
export function stateTabs(path: string, filter: Filter, items: readonly Item[]): Html {
  const tabs = [
    ['opened', 'Open'],
    ['closed', 'Closed'],
    ['all', 'All'],
  ] as const;
  return html`<nav aria-label="State"><ul class="tabs">${tabs.map(([state, words]) => {
    const count = state === 'all' ? items.length : items.filter((item) => item.state === state).length;
    const href = withFilter(path, filter.labels, { ...others(filter), state });
    return html`<li><a href="${href}"${filter.state === state ? raw(' aria-current="true"') : ''}>${words} ${count}</a></li>`;
  })}</ul></nav>`;
}

/** The form that narrows a list, and the labels it is narrowed to. `withState` is false where states are columns. */
export function filterForm(path: string, filter: Filter, labels: readonly Label[], withState: boolean): Html {
  const state = withState ? { state: filter.state } : {};
  const chosen = filter.labels.map((name) => {
    const label = labels.find((it) => it.name === name);
    const rest = filter.labels.filter((it) => it !== name);
    return html`<li>${label === undefined ? name : labelPill(label, null)}<a href="${withFilter(path, rest, { ...others(filter), ...state })}" aria-label="Stop filtering by ${name}">remove</a></li>`;
  });
  return html`<form method="get" action="${path}" class="row" role="search">
${withState ? html`<input type="hidden" name="state" value="${filter.state}">` : ''}
${filter.labels.map((name) => html`<input type="hidden" name="label_name[]" value="${name}">`)}
${filter.assignee === '' ? '' : html`<input type="hidden" name="assignee_username" value="${filter.assignee}">`}
<div class="field"><label for="filter-label">Label</label><select id="filter-label" name="label_name[]"><option value="">any</option>${labels
    .filter((label) => !filter.labels.includes(label.name))
    .map((label) => html`<option>${label.name}</option>`)}</select></div>
<div class="field"><label for="filter-search">Words in the title</label><input id="filter-search" name="search" value="${filter.search}"></div>
<button>Filter</button></form>
${chosen.length === 0 ? '' : html`<p class="small">Only with:</p><ul class="labels small">${chosen}</ul>`}
${filter.assignee === '' ? '' : html`<p class="small">Only assigned to @${filter.assignee}. <a href="${withFilter(path, filter.labels, { ...state })}">Anyone</a></p>`}`;
}
