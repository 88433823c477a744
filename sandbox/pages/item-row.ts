import { html } from 'hono/html';
import { childrenOf } from '#sandbox/ordering.ts';
import type { Item } from '#sandbox/reading.ts';
import { canSee, labelsOf, referenceTo } from '#sandbox/reading.ts';
import type { Epic, Issue, Label } from '#sandbox/world.ts';
import { labelPill } from './label-pill.ts';
import { userOf } from './lookup.ts';
import { assignees, due, itemPath, moment, person, stateIcon } from './parts.ts';
import type { Html, Visit } from './visit.ts';

/** One item in a list; `labelHref` says where its labels lead. */
export function itemRow(visit: Visit, item: Item, labelHref: (label: Label) => string): Html {
  return html`<li>${stateIcon(item.state)}<div>
<div><a class="title" href="${itemPath(visit, item)}">${item.title}</a>${item.confidential ? html` <span class="tag">confidential</span>` : ''}</div>
<div class="small muted">${referenceTo(visit.world, item)} · ${item.state === 'opened' ? 'open' : 'closed'} · created ${moment(visit, item.createdAt)} by ${person(visit, userOf(visit.world, item.authorId))}</div>
${labelList(visit, item, labelHref)}</div>
<div class="end">${item.kind === 'epic' ? progress(visit, item) : issueEnd(visit, item)}</div></li>`;
}

/** Labels of an item in a row, nothing when it has none. */
function labelList(visit: Visit, item: Item, labelHref: (label: Label) => string): Html | '' {
  const labels = labelsOf(visit.world, item);
  if (labels.length === 0) return '';
  return html`<ul class="labels" aria-label="Labels">${labels.map((label) => html`<li>${labelPill(label, labelHref(label))}</li>`)}</ul>`;
}

/** How many of the epic's issues are closed, as a bar and in words. */
export function progress(visit: Visit, epic: Epic): Html {
  const children = childrenOf(visit.world, epic).filter((issue) => canSee(visit.world, visit.actor, issue));
  const closed = children.filter((issue) => issue.state === 'closed').length;
  if (children.length === 0) return html`<span class="muted">no issues</span>`;
  return html`<progress max="${children.length}" value="${closed}" aria-label="Closed issues"></progress> <span class="small">${closed} of ${children.length} closed</span>`;
}

function issueEnd(visit: Visit, issue: Issue): Html {
  return html`${assignees(visit, issue)}${issue.dueDate === null ? '' : html`<div class="small">Due ${due(visit, issue)}</div>`}`;
}
