import { html } from 'hono/html';
import { canSeeGroup, fullPathOf } from '#sandbox/reading.ts';
import { layout } from './layout.ts';
import type { Html, Visit } from './visit.ts';

/** Groups and projects, and what one can do here. */
export function homePage(visit: Visit): Html {
  const { world, paths } = visit;
  const groups = world.groups.filter((group) => canSeeGroup(world, visit.actor, group));
  const main = html`<h1>Procession sandbox</h1>
<p>This is a stand-in for GitLab, so that you can play a process before it runs on real epics and issues. It has GitLab’s
addresses, roles and rules; the people, the customers and the work are made up.</p>
${groups.map(
  (group) => html`<section class="card"><h2><a href="${paths.group(group)}">${group.name}</a></h2>
<p class="muted">${world.epics.filter((epic) => epic.groupId === group.id && epic.state === 'opened').length} open epics ·
<a href="${paths.boards(group)}">board</a> · <a href="${paths.groupIssues(group)}">all issues</a></p>
<ul>${world.projects
    .filter((project) => project.groupId === group.id)
    .map(
      (project) =>
        html`<li><a href="${paths.issues(project)}">${fullPathOf(world, project)}</a>: ${countOpen(visit, project.id)} open issues</li>`,
    )}</ul></section>`,
)}
${groups.length === 0 ? html`<p class="card">${visit.actor.name} is in no group here. Act as someone else above to see more.</p>` : ''}
<section class="card"><h2>What you can do</h2><ul>
<li>Act as anyone: choose a person at the top of the page. Roles count, so a guest is refused what a guest may not do.</li>
<li>Close and reopen an issue, tick its boxes, edit its text, change its labels, people and dates.</li>
<li>Comment, with quick actions such as <code>/close</code>, <code>/label ~"name"</code> or <code>/assign @user</code> on a line of their own.</li>
<li>Move a card on the board. Pages show what others change within a second.</li></ul></section>
${listeners(visit)}`;
  return layout(visit, { title: 'Groups', group: null, section: null, trail: [], main });
}

function countOpen(visit: Visit, projectId: number): number {
  return visit.world.issues.filter((issue) => issue.projectId === projectId && issue.state === 'opened')
    .length;
}

/** Who gets webhooks, and how the last one went: the first thing to look at when nothing answers. */
function listeners(visit: Visit): Html {
  const { hooks, deliveries } = visit.world;
  const rows = hooks.map((hook) => {
    const last = deliveries.findLast((delivery) => delivery.hookId === hook.id);
    const answer = last === undefined ? 'nothing sent yet' : (last.responseStatus ?? 'no answer');
    return html`<tr role="row"><td role="cell" data-name="Address">${hook.url}</td><td role="cell" data-name="Sent">${deliveries.filter((it) => it.hookId === hook.id).length}</td><td role="cell" data-name="Last answer">${answer}</td></tr>`;
  });
  if (rows.length === 0) return html`<p class="muted">Nobody listens to webhooks here.</p>`;
  return html`<section class="card"><h2>Who listens</h2><table role="table" class="stacked"><thead><tr role="row"><th role="columnheader" scope="col">Webhook</th><th role="columnheader" scope="col">Sent</th><th role="columnheader" scope="col">Last answer</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}
