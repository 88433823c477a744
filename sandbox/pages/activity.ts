/** What happened to an item: comments, system notes, and state and label events, oldest first. */

import { html, raw } from 'hono/html';
import type { Item } from '#sandbox/reading.ts';
import { itemAccess } from '#sandbox/reading.ts';
import { awardsTo, eventsOn, findLabelById, notesOn } from '#sandbox/records.ts';
import type { Note, ResourceEvent } from '#sandbox/world.ts';
import { labelPill } from './label-pill.ts';
import { userOf } from './lookup.ts';
import { renderLine, renderMarkdown } from './markdown.ts';
import { moment, person } from './parts.ts';
import type { Html, Visit } from './visit.ts';

interface Entry {
  readonly at: string;
  readonly order: number;
  readonly markup: Html;
}

/** The feed as list items. */
export function activity(visit: Visit, item: Item): Html {
  // Internal notes are for Planners and up.
  const seesInternal = itemAccess(visit.world, visit.actor, item) >= 15;
  const notes = notesOn(visit.world, item).filter((note) => note.internal !== true || seesInternal);
  const events = eventsOn(visit.world, item);
  const entries: Entry[] = [
    ...threadsOf(notes).map(({ first, replies }, at) => ({
      at: first.createdAt,
      order: at,
      markup: first.system ? systemNote(visit, item, first) : thread(visit, item, { first, replies }),
    })),
    ...events.map((event, at) => ({
      at: event.createdAt,
      order: at - events.length,
      markup: eventLine(visit, event),
    })),
  ].toSorted((one, other) => one.at.localeCompare(other.at) || one.order - other.order);
  if (entries.length === 0) return html`<p class="muted">Nothing yet.</p>`;
  return html`<ol class="feed">${entries.map((entry) => entry.markup)}</ol>`;
}

/** Comment with what was replied to it. */
interface Thread {
  readonly first: Note;
  readonly replies: readonly Note[];
}

function threadsOf(notes: readonly Note[]): readonly Thread[] {
  const threads = new Map<string, { first: Note; replies: Note[] }>();
  for (const note of notes) {
    const known = threads.get(note.discussionId);
    if (known === undefined) threads.set(note.discussionId, { first: note, replies: [] });
    else known.replies.push(note);
  }
  return [...threads.values()];
}

function thread(visit: Visit, item: Item, { first, replies }: Thread): Html {
  const typed = visit.draft['do'] === 'reply' && visit.draft['to'] === String(first.id);
  return html`<li class="note" id="note_${first.id}">${comment(visit, item, first)}${
    replies.length === 0
      ? ''
      : html`<ol class="replies">${replies.map((reply) => html`<li class="note" id="note_${reply.id}">${comment(visit, item, reply)}</li>`)}</ol>`
  }<details class="reply"${typed ? raw(' open') : ''}><summary>Reply</summary><form method="post" class="stack" aria-label="Reply"><input type="hidden" name="to" value="${first.id}">
<label for="reply-${first.id}">Reply as ${visit.actor.name}</label><textarea id="reply-${first.id}" name="reply">
${typed ? (visit.draft['reply'] ?? '') : ''}</textarea>
<div class="row"><button class="main" name="do" value="reply">Send reply</button></div></form></details></li>`;
}

function comment(visit: Visit, item: Item, note: Note): Html {
  const edited =
    note.lastEdited === undefined
      ? ''
      : html` <span class="muted">edited ${moment(visit, note.lastEdited.at)}</span>`;
  return html`<header>${person(visit, userOf(visit.world, note.authorId))}
<a class="muted" href="#note_${note.id}">${moment(visit, note.createdAt)}</a>${edited}${note.internal === true ? html` <span class="tag">internal</span>` : ''}</header>
<div class="md">${renderMarkdown(visit, item, note.body)}</div>${reactions(visit, note)}`;
}

/** How the emoji names of reactions look; any other is shown by its name. */
const EMOJI: Readonly<Record<string, string>> = { white_check_mark: '✅', x: '❌', thumbsup: '👍' };

function reactions(visit: Visit, note: Note): Html | '' {
  const awards = awardsTo(visit.world, note);
  if (awards.length === 0) return '';
  const shown = awards.map(({ name, userId }) => {
    const by = userOf(visit.world, userId)?.name ?? 'somebody';
    return html`<span class="tag" title="${by}: ${name}">${EMOJI[name] ?? `:${name}:`}</span> `;
  });
  return html`<p class="muted">${shown}</p>`;
}

function systemNote(visit: Visit, item: Item, note: Note): Html {
  return html`<li class="event" id="note_${note.id}">${person(visit, userOf(visit.world, note.authorId))} ${renderLine(visit, item, withoutDiff(note.body))} · ${moment(visit, note.createdAt)}</li>`;
}

/** GitLab marks a changed title as `{-before-}` and `{+after+}`. */
function withoutDiff(body: string): string {
  return body.replaceAll(/\{-(.*?)-\}/gu, '~~$1~~').replaceAll(/\{\+(.*?)\+\}/gu, '$1');
}

function eventLine(visit: Visit, event: ResourceEvent): Html {
  const { change } = event;
  const label = change.kind === 'label' ? findLabelById(visit.world, change.labelId) : undefined;
  const words =
    change.kind === 'state'
      ? change.state
      : html`${change.action === 'add' ? 'added' : 'removed'} label ${label === undefined ? '(deleted)' : labelPill(label, null)}`;
  return html`<li class="event">${person(visit, userOf(visit.world, event.userId))} ${words} · ${moment(visit, event.createdAt)}</li>`;
}
