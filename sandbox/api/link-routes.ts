import { canSee, canSeeProject, fullPathOf, notFound } from '#sandbox/reading.ts';
import { findIssueById, findIssueByIid, linksOf } from '#sandbox/records.ts';
import type { Issue, IssueLink } from '#sandbox/world.ts';
import type { Call, Route } from './call.ts';
import { actorOf, created, issueOf, numberPart, ok, recordNotFound } from './call.ts';
import { requireAll } from './parameters.ts';
import { showLink, showLinked } from './show-items.ts';

/** Links between issues; their list is not paginated. @see https://docs.gitlab.com/api/issue_links/ */
export const LINK_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/projects/:id/issues/:iid/links',
    parameters: [],
    answer(call) {
      const { world } = call.engine;
      const issue = issueOf(call);
      const visible = linksOf(world, issue).filter((link) => {
        const otherId = link.sourceId === issue.id ? link.targetId : link.sourceId;
        const other = findIssueById(world, otherId);
        return other !== undefined && canSee(world, call.user, other);
      });
      return ok(visible.map((link) => showLinked(world, issue, link)));
    },
  },
  {
    method: 'POST',
    path: '/projects/:id/issues/:iid/links',
    parameters: ['target_project_id', 'target_issue_iid', 'link_type'],
    answer(call) {
      requireAll(call.parameters, ['target_project_id', 'target_issue_iid']);
      const type =
        call.parameters.oneOf('link_type', ['relates_to', 'blocks', 'is_blocked_by']) ?? 'relates_to';
      const source = issueOf(call);
      const link = call.operations.linkIssues(actorOf(call), source, targetOf(call), type);
      return created(showLink(call.engine.world, link));
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/issues/:iid/links/:issue_link_id',
    parameters: [],
    answer: (call) => ok(showLink(call.engine.world, linkOf(call, issueOf(call)))),
  },
  {
    method: 'DELETE',
    path: '/projects/:id/issues/:iid/links/:issue_link_id',
    parameters: [],
    answer(call) {
      const link = linkOf(call, issueOf(call));
      const body = showLink(call.engine.world, link);
      call.operations.unlinkIssues(actorOf(call), link);
      return ok(body);
    },
  },
];

/** `target_project_id` is an id or a full path, `target_issue_iid` an iid there. */
function targetOf(call: Call): Issue {
  const { world } = call.engine;
  const projectId = call.parameters.required('target_project_id');
  const iid = call.parameters.integer('target_issue_iid');
  const project = world.projects.find(
    (it) => String(it.id) === projectId || fullPathOf(world, it) === projectId,
  );
  if (project === undefined || !canSeeProject(world, call.user, project)) throw notFound('Project');
  const issue = iid === undefined ? undefined : findIssueByIid(world, project.id, iid);
  if (issue === undefined || !canSee(world, call.user, issue)) throw recordNotFound();
  return issue;
}

function linkOf(call: Call, issue: Issue): IssueLink {
  const id = numberPart(call, 'issue_link_id');
  const link = linksOf(call.engine.world, issue).find((it) => it.id === id);
  if (link === undefined) throw notFound('Issue Link');
  return link;
}
