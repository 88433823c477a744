/** Pages that list items: the epics of a group, the issues of a project or group, and one person's work. */

import { html } from 'hono/html';
import type { Item } from '#sandbox/reading.ts';
import { canSee, canSeeGroup, fullPathOf, referenceTo } from '#sandbox/reading.ts';
import type { Group, Project, User } from '#sandbox/world.ts';
import type { Filter } from './filters.ts';
import { filterForm, hasState, passes, stateTabs } from './filters.ts';
import { itemRow } from './item-row.ts';
import { layout } from './layout.ts';
import { groupOf, labelsFor, userOf } from './lookup.ts';
import { itemPath, moment, person, roleName } from './parts.ts';
import { withFilter } from './paths.ts';
import type { Html, Visit } from './visit.ts';

/** A group: its epics with their progress, or its projects where the tier has no epics. */
export function groupPage(visit: Visit, group: Group, filter: Filter): Html {
  const { world, paths } = visit;
  const path = paths.group(group);
  const projects = world.projects.filter((project) => project.groupId === group.id);
  const epics = world.epics.filter((epic) => epic.groupId === group.id);
  const main = html`<h1>${group.name}</h1>
<p class="muted">${group.visibility === 'private' ? 'Private group' : 'Public group'}, tier ${world.tier} · Projects:
${projects.map((project) => html`<a href="${paths.issues(project)}">${fullPathOf(world, project)}</a> `)}</p>
${world.tier === 'free' ? html`<p class="card">Free has no epics: look at the <a href="${paths.groupIssues(group)}">issues</a> or the <a href="${paths.boards(group)}">board</a>.</p>` : list(visit, path, filter, epics, group, null, 'Epics')}`;
  return layout(visit, { title: group.name, group, section: 'overview', trail: [], main });
}

/** Issues of one project, or of all projects of the group when `project` is null. */
export function issuesPage(visit: Visit, group: Group, project: Project | null, filter: Filter): Html {
  const { world, paths } = visit;
  const path = project === null ? paths.groupIssues(group) : paths.issues(project);
  const name = project === null ? group.name : fullPathOf(world, project);
  const issues = world.issues.filter((issue) =>
    project === null ? groupOf(world, issue)?.id === group.id : issue.projectId === project.id,
  );
  const main = html`<h1>Issues of ${name}</h1>${list(visit, path, filter, issues, group, project, 'Issues')}`;
  const trail = project === null ? ([[path, 'Issues']] as const) : ([[path, project.name]] as const);
  return layout(visit, { title: `Issues of ${name}`, group, section: 'issues', trail, main });
}

function list(
  visit: Visit,
  path: string,
  filter: Filter,
  all: readonly Item[],
  group: Group,
  project: Project | null,
  title: string,
): Html {
  const items = all
    .filter((item) => canSee(visit.world, visit.actor, item) && passes(visit, filter, item))
    .toSorted((one, other) => other.createdAt.localeCompare(one.createdAt) || other.iid - one.iid);
  const shown = items.filter((item) => hasState(filter, item));
  return html`<section class="card" aria-label="${title}">${stateTabs(path, filter, items)}
<details id="filter"><summary>Filter</summary>${filterForm(path, filter, labelsFor(visit.world, group, project), true)}</details>
<ul class="items">${shown.map((item) => itemRow(visit, item, (label) => withFilter(path, [label])))}</ul>
${shown.length === 0 ? html`<p class="muted">Nothing here.</p>` : ''}</section>`;
}

/** One person: their role, open work, and what GitLab would remind them of. */
export function userPage(visit: Visit, user: User): Html {
  const { world, paths } = visit;
  const group = world.groups.find((it) => canSeeGroup(world, visit.actor, it)) ?? null;
  const issues = world.issues.filter(
    (issue) =>
      issue.assigneeIds.includes(user.id) && issue.state === 'opened' && canSee(world, visit.actor, issue),
  );
  const todos = world.todos
    .filter((todo) => todo.userId === user.id)
    .toReversed()
    .slice(0, 20);
  const main = html`<h1>${user.name}</h1>
<p class="muted">@${user.username}${group === null ? '' : `, ${roleName(visit, user, group, null)} of ${group.name}`}${user.bot ? ', a bot' : ''}${user.state === 'blocked' ? ', blocked' : ''}</p>
<section class="card"><h2>Open issues assigned</h2><ul class="items">${issues.map((issue) =>
    itemRow(visit, issue, (label) =>
      group === null ? paths.home : withFilter(paths.groupIssues(group), [label]),
    ),
  )}</ul>${issues.length === 0 ? html`<p class="muted">None.</p>` : ''}</section>
<section class="card"><h2>To-do</h2><ul>${todos.map((todo) => {
    const items: readonly Item[] = todo.target.kind === 'issue' ? world.issues : world.epics;
    const item = items.find((it) => it.id === todo.target.id);
    if (item === undefined || !canSee(world, visit.actor, item)) return '';
    const by = html`by ${person(visit, userOf(world, todo.authorId))} ${moment(visit, todo.createdAt)}`;
    return html`<li>${todo.action === 'assigned' ? 'Assigned to' : 'Mentioned on'} <a href="${itemPath(visit, item)}">${referenceTo(visit.world, item)} ${item.title}</a> ${by}</li>`;
  })}</ul>${todos.length === 0 ? html`<p class="muted">None.</p>` : ''}</section>`;
  return layout(visit, {
    title: user.name,
    group,
    section: null,
    trail: [[paths.user(user), `@${user.username}`]],
    main,
  });
}

/** Nothing at this address, or nothing that this person may see: GitLab does not tell which. */
export function missingPage(visit: Visit): Html {
  const { world, paths } = visit;
  const groups = world.groups.filter((group) => canSeeGroup(world, visit.actor, group));
  const main = html`<h1>Not found (404)</h1>
<p>There is nothing at this address that ${visit.actor.name} may see. GitLab does not say which of the two it is; you can act as someone else at the top.</p>
<ul><li><a href="${paths.home}">All groups</a></li>${groups.map((group) => html`<li><a href="${paths.group(group)}">${group.name}</a></li>`)}</ul>`;
  return layout(visit, { title: 'Not found', group: null, section: null, trail: [], main });
}
