/** What issue and epic pages have in common. */

import { html } from 'hono/html';
import type { Item } from '#sandbox/reading.ts';
import { referenceTo } from '#sandbox/reading.ts';
import { activity } from './activity.ts';
import { commentForm, editForm, taskForm } from './item-forms.ts';
import { userOf } from './lookup.ts';
import { renderMarkdown, tasksOf } from './markdown.ts';
import { moment, person, stateBadge } from './parts.ts';
import type { Html, Visit } from './visit.ts';

/** Title, state and author. */
export function itemHead(visit: Visit, item: Item): Html {
  const closedBy = item.closedById === null ? undefined : userOf(visit.world, item.closedById);
  return html`<div class="head"><h1>${item.title}</h1><div class="line">${stateBadge(item.state)}
${item.confidential ? html`<span class="badge hidden">Confidential</span>` : ''}
<span class="muted">${referenceTo(visit.world, item)} · created ${moment(visit, item.createdAt)} by ${person(visit, userOf(visit.world, item.authorId))}</span>
${item.state === 'closed' && item.closedAt !== null ? html`<span class="muted">closed ${moment(visit, item.closedAt)}${closedBy === undefined ? '' : html` by ${person(visit, closedBy)}`}</span>` : ''}</div></div>`;
}

/** The description with boxes that can be ticked, and the form to edit it. */
export function descriptionCard(visit: Visit, item: Item): Html {
  const tasks = tasksOf(visit, item);
  const done = tasks.filter((task) => task.done).length;
  return html`<section class="card" aria-labelledby="description"><h2 id="description" class="vh">Description</h2>
${tasks.length === 0 ? '' : html`<p class="small muted">${done} of ${tasks.length} boxes ticked</p>`}
<div class="md">${item.description.trim() === '' ? html`<p class="muted">No description.</p>` : renderMarkdown(visit, item, item.description, true)}</div>${taskForm()}</section>
${editForm(visit, item)}`;
}

/** The feed and the comment box. */
export function activitySection(visit: Visit, item: Item, warning: Html | ''): Html {
  return html`<section aria-labelledby="activity"><h2 id="activity">Activity</h2>${activity(visit, item)}${commentForm(visit, item, warning)}</section>`;
}
