import { html } from 'hono/html';
import { childrenOf } from '#sandbox/ordering.ts';
import { canSee, labelsOf } from '#sandbox/reading.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import { dependencyPicture } from './dependency-picture.ts';
import { confidentialSection, dateSection, labelSection } from './item-forms.ts';
import { activitySection, descriptionCard, itemHead } from './item-parts.ts';
import { progress } from './item-row.ts';
import { labelPill } from './label-pill.ts';
import { layout } from './layout.ts';
import type { Place } from './lookup.ts';
import { assignees, due, stateIcon } from './parts.ts';
import { withFilter } from './paths.ts';
import type { Html, Visit } from './visit.ts';

/** Scope of the labels that say how far an issue is. */
export const WORKFLOW_SCOPE = 'workflow';

/** One epic: the order of its issues as a picture, the issues as a table, and all an issue page has. */
export function epicPage(visit: Visit, place: Place, epic: Epic): Html {
  const { paths } = visit;
  const children = childrenOf(visit.world, epic).filter((issue) => canSee(visit.world, visit.actor, issue));
  const main = html`${itemHead(visit, epic)}
${dependencyPicture(visit, children)}
<div class="split"><div>${descriptionCard(visit, epic)}${childrenCard(visit, epic, children)}
${activitySection(visit, epic, openWarning(epic, children))}</div>
<aside class="card side" aria-label="About this epic"><section><h2>Progress</h2>${progress(visit, epic)}</section>
${labelSection(visit, place, epic, paths.group(place.group))}
${dateSection(visit, epic)}${confidentialSection(epic)}</aside></div>`;
  return layout(visit, {
    title: `${epic.title} (&${epic.iid})`,
    group: place.group,
    section: 'overview',
    trail: [[paths.epic(epic), `&${epic.iid}`]],
    main,
  });
}

function childrenCard(visit: Visit, epic: Epic, children: readonly Issue[]): Html {
  if (children.length === 0)
    return html`<section class="card"><h2>Child issues</h2><p class="muted">This epic has no issues yet.</p></section>`;
  const columns = ['Issue', 'State', 'Workflow', 'Assignees', 'Due'];
  return html`<section class="card" aria-labelledby="children"><h2 id="children">Child issues</h2>
<table role="table" class="stacked"><caption class="vh">Issues of ${epic.title} in their order</caption>
<thead><tr role="row">${columns.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}</tr></thead>
<tbody>${children.map((issue) => childRow(visit, issue))}</tbody></table></section>`;
}

function childRow(visit: Visit, issue: Issue): Html {
  const { world, paths } = visit;
  const project = world.projects.find((it) => it.id === issue.projectId);
  const list = project === undefined ? paths.home : paths.issues(project);
  const workflow = labelsOf(world, issue).filter((label) => label.name.startsWith(`${WORKFLOW_SCOPE}::`));
  return html`<tr role="row"><td role="cell" data-name="Issue"><span><a href="${paths.issue(issue)}">#${issue.iid} ${issue.title}</a>${issue.confidential ? html` <span class="tag">confidential</span>` : ''}</span></td>
<td role="cell" data-name="State"><span class="line">${stateIcon(issue.state)}${issue.state === 'opened' ? 'Open' : 'Closed'}</span></td>
<td role="cell" data-name="Workflow"><span>${workflow.map((label) => labelPill(label, withFilter(list, [label])))}</span></td>
<td role="cell" data-name="Assignees"><span>${assignees(visit, issue)}</span></td>
<td role="cell" data-name="Due"><span>${due(visit, issue)}</span></td></tr>`;
}

function openWarning(epic: Epic, children: readonly Issue[]): Html | '' {
  const open = children.filter((issue) => issue.state === 'opened').length;
  if (epic.state === 'closed' || open === 0) return '';
  return html`<p class="small"><span class="soon">${open} open</span> ${open === 1 ? 'issue' : 'issues'} in this epic. GitLab lets you close it all the same.</p>`;
}
