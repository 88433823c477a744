import { html } from 'hono/html';
import { canSee } from '#sandbox/reading.ts';
import type { Issue } from '#sandbox/world.ts';
import { assigneeSection, confidentialSection, dateSection, labelSection } from './item-forms.ts';
import { activitySection, descriptionCard, itemHead } from './item-parts.ts';
import { layout } from './layout.ts';
import type { Linked, Place } from './lookup.ts';
import { linkedIssues } from './lookup.ts';
import { action, assignees, shortReference, stateIcon } from './parts.ts';
import type { Html, Visit } from './visit.ts';

/** One issue: text, links, people, dates and everything that happened to it. */
export function issuePage(visit: Visit, place: Place, issue: Issue): Html {
  const { paths } = visit;
  const list = place.project === null ? paths.groupIssues(place.group) : paths.issues(place.project);
  const main = html`${itemHead(visit, issue)}<div class="split"><div>
${descriptionCard(visit, issue)}${linkedCard(visit, issue)}${activitySection(visit, issue, blockedWarning(visit, issue))}</div>
<aside class="card side" aria-label="About this issue">
${assigneeSection(visit, place, issue, assignees(visit, issue))}
${epicSection(visit, issue)}
${labelSection(visit, place, issue, list)}
${dateSection(visit, issue)}
${issue.weight === null ? '' : html`<section><h2>Weight</h2>${issue.weight}</section>`}
${confidentialSection(issue)}</aside></div>`;
  return layout(visit, {
    title: `${issue.title} (#${issue.iid})`,
    group: place.group,
    section: 'issues',
    trail: [
      [list, place.project?.name ?? 'Issues'],
      [paths.issue(issue), `#${issue.iid}`],
    ],
    main,
  });
}

function epicSection(visit: Visit, issue: Issue): Html | '' {
  if (visit.world.tier === 'free') return '';
  const epic = visit.world.epics.find((it) => it.id === issue.epicId);
  const shown =
    epic === undefined || !canSee(visit.world, visit.actor, epic)
      ? html`<span class="muted">none</span>`
      : html`${stateIcon(epic.state)} <a href="${visit.paths.epic(epic)}">${epic.title}</a> <span class="muted">${epic.state === 'closed' ? '(closed)' : ''}</span>`;
  return html`<section><h2>Epic</h2>${shown}</section>`;
}

function linkedCard(visit: Visit, issue: Issue): Html {
  const { blocks, blockedBy, relatesTo } = linkedIssues(visit.world, issue);
  const draft = visit.draft['do'] === 'link' ? visit.draft : {};
  return html`<section class="card" aria-labelledby="linked"><h2 id="linked">Linked issues</h2>
${linkedGroup(visit, 'Is blocked by', blockedBy)}${linkedGroup(visit, 'Blocks', blocks)}${linkedGroup(visit, 'Relates to', relatesTo)}
${blocks.length + blockedBy.length + relatesTo.length === 0 ? html`<p class="muted">None.</p>` : ''}
<details id="edit-links"${draft['do'] === undefined ? '' : ' open'}><summary>Link another issue</summary><form method="post" class="row">${action('link')}
<div class="field"><label for="link-type">This issue</label><select id="link-type" name="type"><option value="relates_to">relates to</option><option value="blocks">blocks</option><option value="is_blocked_by">is blocked by</option></select></div>
<div class="field"><label for="link-target">Issue, as #12</label><input id="link-target" name="target" required value="${draft['target'] ?? ''}"></div><button>Link</button></form></details></section>`;
}

function linkedGroup(visit: Visit, title: string, linked: readonly Linked[]): Html | '' {
  const seen = linked.filter((it) => canSee(visit.world, visit.actor, it.issue));
  if (seen.length === 0) return '';
  return html`<h3>${title}</h3><ul class="linked">${seen.map(
    ({
      link,
      issue,
    }) => html`<li>${stateIcon(issue.state)} <a href="${visit.paths.issue(issue)}">${shortReference(issue)} ${issue.title}</a> <span class="muted">(${issue.state === 'opened' ? 'open' : 'closed'})</span>
<form method="post">${action('unlink', { link: String(link.id) })}<button class="drop" aria-label="Remove the link to #${issue.iid}" title="Remove link">×</button></form></li>`,
  )}</ul>`;
}

/** GitLab warns before closing a blocked issue, and closes it all the same. */
function blockedWarning(visit: Visit, issue: Issue): Html | '' {
  if (issue.state === 'closed') return '';
  const open = linkedIssues(visit.world, issue).blockedBy.filter((it) => it.issue.state === 'opened');
  if (open.length === 0) return '';
  const links = open.map(
    (it, at) => html`${at === 0 ? '' : ', '}<a href="${visit.paths.issue(it.issue)}">#${it.issue.iid}</a>`,
  );
  return html`<p class="small"><span class="soon">Blocked</span> by ${links}. GitLab only warns: it lets you close a blocked issue.</p>`;
}
