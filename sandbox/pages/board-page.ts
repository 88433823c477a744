import { html, raw } from 'hono/html';
import { labelsOf } from '#sandbox/reading.ts';
import type { Board, Group, Issue, Label } from '#sandbox/world.ts';
import type { Column } from './board.ts';
import { boardColumns } from './board.ts';
import type { Filter } from './filters.ts';
import { filterForm } from './filters.ts';
import { labelPill } from './label-pill.ts';
import { layout } from './layout.ts';
import { labelsFor } from './lookup.ts';
import { action, assignees, due } from './parts.ts';
import { withFilter } from './paths.ts';
import type { Html, Visit } from './visit.ts';

/** A board; `board` is null where the group has none and the workflow labels make the columns. */
export function boardPage(visit: Visit, group: Group, board: Board | null, filter: Filter): Html {
  const { paths, world } = visit;
  const path = board === null ? paths.boards(group) : paths.board(group, board);
  const columns = boardColumns(visit, group, board, filter);
  const boards = world.boards.filter((it) => it.groupId === group.id);
  const name = board?.name ?? 'Board';
  const main = html`<div class="head"><h1>${name}</h1>
${board === null ? html`<p class="muted">This group has no board of its own: the columns are its workflow labels.</p>` : ''}
${boards.length > 1 ? boardTabs(visit, group, boards, board) : ''}
<details id="filter"${filter.labels.length > 0 || filter.search !== '' ? raw(' open') : ''}><summary>Filter</summary>${filterForm(path, filter, labelsFor(world, group, null), false)}</details></div>
<div class="board" tabindex="0" role="region" aria-label="Columns of the board" data-keep-scroll>${columns.map((column) => columnView(visit, group, columns, column))}</div>`;
  return layout(visit, {
    title: `${name} of ${group.name}`,
    group,
    section: 'boards',
    trail: [[path, name]],
    main,
  });
}

function boardTabs(visit: Visit, group: Group, boards: readonly Board[], current: Board | null): Html {
  return html`<nav aria-label="Boards"><ul class="tabs">${boards.map(
    (it) =>
      html`<li><a href="${visit.paths.board(group, it)}"${it.id === current?.id ? raw(' aria-current="page"') : ''}>${it.name}</a></li>`,
  )}</ul></nav>`;
}

function columnName(column: Column): string {
  if (column.label !== null) return column.label.name;
  return column.key === 'closed' ? 'Closed' : 'Open';
}

function columnView(visit: Visit, group: Group, columns: readonly Column[], column: Column): Html {
  const title = column.label === null ? columnName(column) : labelPill(column.label, null);
  return html`<section class="column" data-list="${column.key}" aria-labelledby="list-${column.key}">
<h2 id="list-${column.key}">${title}<span class="muted" title="issues">${column.issues.length}<span class="vh"> issues</span></span></h2>
<ol>${column.issues.map((issue) => tile(visit, group, columns, column, issue))}</ol></section>`;
}

function tile(visit: Visit, group: Group, columns: readonly Column[], column: Column, issue: Issue): Html {
  const inList = (label: Label): boolean => columns.some((it) => it.label?.id === label.id);
  const labels = labelsOf(visit.world, issue).filter((label) => !inList(label));
  const field = `move-${column.key}-${issue.id}`;
  const href = (label: Label): string => withFilter(visit.paths.groupIssues(group), [label]);
  return html`<li class="tile"><p><a href="${visit.paths.issue(issue)}">${issue.title}</a></p>
${labels.length === 0 ? '' : html`<ul class="labels" aria-label="Labels">${labels.map((label) => html`<li>${labelPill(label, href(label))}</li>`)}</ul>`}
<p class="small">#${issue.iid} · ${assignees(visit, issue)}</p>
${issue.dueDate === null ? '' : html`<p class="small">Due ${due(visit, issue)}</p>`}
<form method="post">${action('move', { issue: String(issue.id), from: column.key })}
<label class="vh" for="${field}">Move #${issue.iid} to</label><select id="${field}" name="to" required><option value="">Move to…</option>${columns
    .filter((it) => it.key !== column.key)
    .map(
      (it) => html`<option value="${it.key}">${columnName(it)}</option>`,
    )}</select><button id="${field}-go" aria-label="Move #${issue.iid}">Move</button></form></li>`;
}
