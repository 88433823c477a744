/** Forms of an issue or epic. All post to the page itself, so that a refusal can show the page again with what was typed. */

import { html, raw } from 'hono/html';
import type { Item } from '#sandbox/reading.ts';
import { labelsOf } from '#sandbox/reading.ts';
import type { Issue } from '#sandbox/world.ts';
import { labelPill } from './label-pill.ts';
import type { Place } from './lookup.ts';
import { labelsFor } from './lookup.ts';
import { TASK_FORM } from './markdown-tasks.ts';
import { action, date, due } from './parts.ts';
import { withFilter } from './paths.ts';
import type { Html, Visit } from './visit.ts';
import { fold } from './world-version.ts';

/** Tells whether the text changed between showing the form and sending it. */
export function textMark(item: Item): string {
  return fold(`${item.title}\n${item.description}`).toString(36);
}

/** Comment box with the button that closes or reopens; `warning` stands beside that button. */
export function commentForm(visit: Visit, item: Item, warning: Html | ''): Html {
  const verb = item.state === 'opened' ? 'close' : 'reopen';
  const noun = item.kind;
  return html`<form method="post" class="stack" aria-label="Comment">
<label for="comment">Comment as ${visit.actor.name}</label>
<textarea id="comment" name="comment" aria-describedby="comment-help">
${visit.draft['comment'] ?? ''}</textarea>
<p id="comment-help" class="small muted">Markdown. Quick actions such as <code>/close</code>, <code>/label ~"name"</code> or <code>/assign @user</code> work on a line of their own.</p>
${warning}
<div class="row"><button class="main" id="send-comment" name="do" value="comment">Comment</button>
<button id="send-state" name="do" value="${verb}">${verb === 'close' ? 'Close' : 'Reopen'} ${noun}</button></div></form>`;
}

/** Title and description; opens by itself when it comes back refused. */
export function editForm(visit: Visit, item: Item): Html {
  const returned = visit.draft['do'] === 'edit';
  const title = returned ? visit.draft['title'] : item.title;
  const description = returned ? visit.draft['description'] : item.description;
  return html`<details id="edit" class="card"${returned ? raw(' open') : ''}><summary>Edit title and description</summary>
<form method="post" class="stack">${action('edit', { base: textMark(item) })}
<div class="field"><label for="edit-title">Title</label><input id="edit-title" name="title" required maxlength="255" value="${title ?? ''}"></div>
<div class="field"><label for="edit-description">Description</label><textarea id="edit-description" name="description" class="tall">
${description ?? ''}</textarea></div>
<div class="row"><button class="main" id="save-edit">Save</button></div></form></details>`;
}

/** The form that the tick buttons in the description belong to. */
export function taskForm(): Html {
  return html`<form method="post" id="${TASK_FORM}">${action('toggle')}</form>`;
}

export function labelSection(visit: Visit, place: Place, item: Item, list: string): Html {
  const on = labelsOf(visit.world, item);
  const free = labelsFor(visit.world, place.group, place.project).filter(
    (label) => !item.labelIds.includes(label.id),
  );
  const rows = on.map(
    (label) =>
      html`<li>${labelPill(label, withFilter(list, [label]))}<form method="post">${action('remove-label', { label: label.name })}<button class="drop" aria-label="Remove label ${label.name}" title="Remove label">×</button></form></li>`,
  );
  return html`<section><h2>Labels</h2>${rows.length === 0 ? html`<span class="muted">none</span>` : html`<ul class="labels">${rows}</ul>`}
<details id="edit-labels"${visit.draft['do'] === 'add-label' ? raw(' open') : ''}><summary>Add a label</summary><form method="post" class="row">${action('add-label')}
<div class="field"><label for="add-label">Label</label><input id="add-label" name="label" list="all-labels" required autocomplete="off" value="${visit.draft['label'] ?? ''}"></div>
<datalist id="all-labels">${free.map((label) => html`<option value="${label.name}"></option>`)}</datalist><button>Add</button></form></details></section>`;
}

export function assigneeSection(visit: Visit, place: Place, issue: Issue, shown: Html): Html {
  const people = visit.world.users.filter(
    (user) =>
      place.group.members.has(user.id) ||
      place.project?.members.has(user.id) ||
      issue.assigneeIds.includes(user.id),
  );
  return html`<section><h2>Assignees</h2>${shown}
<details id="edit-assignees"><summary>Change assignees</summary><form method="post" class="stack">${action('assign')}
<fieldset class="stack"><legend class="vh">Assignees</legend>${people.map((user) => {
    const checked = issue.assigneeIds.includes(user.id) ? raw(' checked') : '';
    return html`<div><input type="checkbox" id="assign-${user.id}" name="assignee" value="${user.id}"${checked}> <label class="plain" for="assign-${user.id}">${user.name}</label></div>`;
  })}</fieldset><div><button>Save assignees</button></div></form></details></section>`;
}

/** Due date of an issue or epic, with the start date of an epic. */
export function dateSection(visit: Visit, item: Item): Html {
  const { draft } = visit;
  const returned = draft['do'] === 'dates';
  const field = (name: string, words: string, value: string | null): Html =>
    html`<div class="field"><label for="${name}-date">${words}</label><input type="date" id="${name}-date" name="${name}" value="${(returned ? draft[name] : value) ?? ''}"></div>`;
  return html`<section><h2>${item.kind === 'epic' ? 'Dates' : 'Due date'}</h2>
${item.kind === 'epic' && item.startDate !== null ? html`From ${date(item.startDate)}, due ` : ''}${due(visit, item)}
<details id="edit-dates"${returned ? raw(' open') : ''}><summary>Change ${item.kind === 'epic' ? 'dates' : 'due date'}</summary><form method="post" class="stack">${action('dates')}
${item.kind === 'epic' ? field('start', 'Start', item.startDate) : ''}${field('due', 'Due', item.dueDate)}<div><button>Save</button> <span class="small muted">Empty means none.</span></div></form></details></section>`;
}

export function confidentialSection(item: Item): Html {
  return html`<section><h2>Confidentiality</h2>${item.confidential ? 'Confidential: guests do not see it.' : html`<span class="muted">Not confidential</span>`}
<form method="post">${action('confidential', { confidential: item.confidential ? 'no' : 'yes' })}<button class="small">Make ${item.confidential ? 'visible to all' : 'confidential'}</button></form></section>`;
}
