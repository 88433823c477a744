/**
 * The pages of the stand-in, at GitLab's addresses. Mounted at `/` beside the API. They only read the world;
 * every change goes through `operations`, as every change through the API does.
 */

import type { Context } from 'hono';
import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { canAdminister, canSee, canSeeGroup, forbidden } from '#sandbox/reading.ts';
import { findEpicByIid, findIssueByIid } from '#sandbox/records.ts';
import type { Board, Epic, Group, Issue, Project, User } from '#sandbox/world.ts';
import { ACTOR_COOKIE, safeReturn } from './acting.ts';
import { boardColumns, moveChanges } from './board.ts';
import { boardPage } from './board-page.ts';
import { epicPage } from './epic-page.ts';
import { readFilter } from './filters.ts';
import { homePage } from './home-page.ts';
import { issuePage } from './issue-page.ts';
import type { Outcome } from './item-actions.ts';
import { Fields, performOnItem } from './item-actions.ts';
import { labelStyles } from './label-pill.ts';
import { groupPage, issuesPage, missingPage, userPage } from './list-pages.ts';
import type { Place } from './lookup.ts';
import { groupOf, placeOf, projectAt } from './lookup.ts';
import type { PageDeps, View } from './mount-view.ts';
import { createVisit, mountView, sameOriginOnly } from './mount-view.ts';
import { createPaths } from './paths.ts';
import { pipelineView } from './pipeline-page.ts';
import { protect } from './protection.ts';
import { STYLE_SHEET } from './style-sheet.ts';
import type { Visit } from './visit.ts';
import { worldVersion } from './world-version.ts';

/**
 * Builds the pages as a Hono app to be mounted at the path of `world.baseUrl`, before or after the API.
 * Links carry that path. The visitor acts as the user of the cookie `sandbox_user`.
 */
export function createPages(deps: PageDeps): Hono {
  const app = new Hono();
  app.use('*', async (context, next) => (isApi(deps, context) ? next() : protect(context, next)));
  mountOwn(app, deps);
  mountView(app, deps, '/', { find: () => true, render: homePage });
  mountView(app, deps, '/groups/:group{.+?}/-/epics/:iid{[0-9]+}', epicView(deps));
  mountView(app, deps, '/groups/:group{.+?}/-/epics', groupView);
  mountView(app, deps, '/groups/:group{.+?}/-/issues', {
    find: findGroup,
    render: (visit, group, query) => issuesPage(visit, group, null, readFilter(query)),
  });
  mountView(app, deps, '/groups/:group{.+?}/-/boards', boardView(deps));
  mountView(app, deps, '/groups/:group{.+?}/-/boards/:board{[0-9]+}', boardView(deps));
  mountView(app, deps, '/groups/:group{.+}', groupView);
  mountView(app, deps, '/:project{.+?}/-/issues/:iid{[0-9]+}', issueView(deps));
  mountView(app, deps, '/:project{.+?}/-/issues', issuesView);
  mountView(app, deps, '/:project{.+?}/-/pipelines/:id{[0-9]+}', pipelineView(deps));
  mountView(app, deps, '/:name{.+}', nameView);
  mountView(app, deps, '*', homeOrNothing);
  return app;
}

/** A path below which the pages are mounted matches `/` without its slash only; every other address is nothing. */
const homeOrNothing: View<true> = {
  find: (visit) => (visit.here.split('?')[0] === visit.paths.home ? true : null),
  render: homePage,
};

function isApi(deps: PageDeps, context: Context): boolean {
  const { prefix } = createPaths(deps.world);
  return context.req.path.startsWith(`${prefix}/api/`) || context.req.path.startsWith('/api/');
}

/** What GitLab does not have: the look, the version that pages watch, and whom to act as. */
function mountOwn(app: Hono, deps: PageDeps): void {
  const { world } = deps;
  app.get('/-/sandbox/version', (context) => {
    context.header('Cache-Control', 'no-store');
    return context.text(String(worldVersion(world)));
  });
  const sheet = (text: string): Response =>
    new Response(text, {
      headers: { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'max-age=3600' },
    });
  app.get('/-/sandbox/style.css', () => sheet(STYLE_SHEET));
  app.get('/-/sandbox/labels.css', () => sheet(labelStyles(world)));
  app.post('/-/sandbox/act-as', sameOriginOnly, async (context) => {
    const fields = new Fields(await context.req.formData());
    const { home, prefix } = createPaths(world);
    const user = world.users.find((it) => it.username === fields.text('user') && it.state === 'active');
    if (user === undefined) return context.html(missingPage(createVisit(deps, context)), 404);
    setCookie(context, ACTOR_COOKIE, user.username, {
      path: prefix === '' ? '/' : prefix,
      httpOnly: true,
      sameSite: 'Strict',
    });
    return context.redirect(safeReturn(fields.text('back'), home), 303);
  });
}

function findGroup(visit: Visit, context: Context): Group | null {
  const path = context.req.param('group');
  const group = visit.world.groups.find((it) => it.path === path);
  return group !== undefined && canSeeGroup(visit.world, visit.actor, group) ? group : null;
}

function findProject(visit: Visit, context: Context): { group: Group; project: Project } | null {
  const project = projectAt(visit.world, context.req.param('project') ?? '');
  const group = project === undefined ? undefined : groupOf(visit.world, project);
  if (project === undefined || group === undefined || !canSeeGroup(visit.world, visit.actor, group))
    return null;
  return { group, project };
}

const groupView: View<Group> = {
  find: (visit, context) => findGroup(visit, context),
  render: (visit, group, query) => groupPage(visit, group, readFilter(query)),
};

const issuesView: View<{ group: Group; project: Project }> = {
  find: findProject,
  render: (visit, { group, project }, query) => issuesPage(visit, group, project, readFilter(query)),
};

interface Standing<Kind> {
  readonly item: Kind;
  readonly place: Place;
}

function standing<Kind extends Issue | Epic>(visit: Visit, item: Kind | undefined): Standing<Kind> | null {
  if (item === undefined || !canSee(visit.world, visit.actor, item)) return null;
  const place = placeOf(visit.world, item);
  return place === null ? null : { item, place };
}

function act({
  operations,
}: PageDeps): (visit: Visit, subject: Standing<Issue | Epic>, fields: Fields) => Outcome {
  return (visit, { item }, fields) => performOnItem({ operations, visit, actor: visit.actor, item, fields });
}

function issueView(deps: PageDeps): View<Standing<Issue>> {
  return {
    find(visit, context) {
      const found = findProject(visit, context);
      const iid = Number(context.req.param('iid'));
      return standing(visit, found === null ? undefined : findIssueByIid(visit.world, found.project.id, iid));
    },
    render: (visit, { item, place }) => issuePage(visit, place, item),
    act: act(deps),
  };
}

function epicView(deps: PageDeps): View<Standing<Epic>> {
  return {
    find(visit, context) {
      if (visit.world.tier === 'free') return null;
      const group = findGroup(visit, context);
      const iid = Number(context.req.param('iid'));
      return standing(visit, group === null ? undefined : findEpicByIid(visit.world, group.id, iid));
    },
    render: (visit, { item, place }) => epicPage(visit, place, item),
    act: act(deps),
  };
}

/** `…/boards` shows the first board, as in GitLab, or columns made of labels when there is none. */
function boardView(deps: PageDeps): View<{ group: Group; board: Board | null }> {
  return {
    find(visit, context) {
      const group = findGroup(visit, context);
      if (group === null) return null;
      const boards = visit.world.boards.filter((it) => it.groupId === group.id);
      const wanted = context.req.param('board');
      if (wanted === undefined) return { group, board: boards[0] ?? null };
      const board = boards.find((it) => String(it.id) === wanted);
      return board === undefined ? null : { group, board };
    },
    render: (visit, { group, board }, query) => boardPage(visit, group, board, readFilter(query)),
    act(visit, { group, board }, fields) {
      const columns = boardColumns(visit, group, board, readFilter(new URLSearchParams()));
      const changes = moveChanges(columns, fields.text('from'), fields.text('to'));
      const issue = columns
        .flatMap((column) => column.issues)
        .find((it) => String(it.id) === fields.text('issue'));
      if (issue === undefined) return { anchor: null, said: null };
      // Moving cards takes `admin_issue`: app/services/boards/base_item_move_service.rb `move_single_issuable`.
      if (!canAdminister(visit.world, visit.actor, issue)) throw forbidden();
      deps.operations.updateIssue(visit.actor, issue, changes);
      return { anchor: null, said: null };
    },
  };
}

/** `/name`: a person, a group or a project, as in GitLab. */
const nameView: View<User | Group | { group: Group; project: Project }> = {
  find(visit, context) {
    const name = context.req.param('name') ?? '';
    const user = visit.world.users.find((it) => it.username === name);
    if (user !== undefined) return user;
    const project = projectAt(visit.world, name);
    const group =
      project === undefined
        ? visit.world.groups.find((it) => it.path === name)
        : groupOf(visit.world, project);
    if (group === undefined || !canSeeGroup(visit.world, visit.actor, group)) return null;
    return project === undefined ? group : { group, project };
  },
  render(visit, subject, query) {
    if ('username' in subject) return userPage(visit, subject);
    return 'members' in subject
      ? groupPage(visit, subject, readFilter(query))
      : issuesPage(visit, subject.group, subject.project, readFilter(query));
  },
};
