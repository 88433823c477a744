/** GitLab's addresses, with the path of the stand-in's base URL in front. */
import type { Board, Epic, Group, Issue, Label, Project, User, World } from '#sandbox/world.ts';

export interface Paths {
  /** Path of the base URL without a trailing slash; empty when it has none. */
  readonly prefix: string;
  readonly home: string;
  group(group: Group): string;
  groupIssues(group: Group): string;
  boards(group: Group): string;
  board(group: Group, board: Board): string;
  issues(project: Project): string;
  issue(issue: Issue): string;
  epic(epic: Epic): string;
  user(user: User): string;
  /** The stand-in's own addresses, below `/-/sandbox/`. */
  own(name: string): string;
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Path of the base URL without a trailing slash, `''` for `http://localhost:8080/`. */
function basePathOf(world: World): string {
  return new URL(world.baseUrl).pathname.replace(/\/+$/u, '');
}

/** Adds `label_name[]` and other filters to an address, as GitLab's lists take them. */
export function withFilter(
  path: string,
  labels: readonly (Label | string)[],
  more: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams(Object.entries(more).filter(([, value]) => value !== ''));
  for (const label of labels) query.append('label_name[]', typeof label === 'string' ? label : label.name);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

/** Builds addresses for records of one world; records must belong to it. */
export function createPaths(world: World): Paths {
  const prefix = basePathOf(world);
  const groupPath = (id: number): string =>
    encodePath(world.groups.find((group) => group.id === id)?.path ?? '-');
  const projectPath = (project: Project): string =>
    `${groupPath(project.groupId)}/${encodePath(project.path)}`;
  const group = (it: Group): string => `${prefix}/groups/${encodePath(it.path)}`;
  return {
    prefix,
    home: `${prefix}/`,
    group,
    groupIssues: (it) => `${group(it)}/-/issues`,
    boards: (it) => `${group(it)}/-/boards`,
    board: (it, board) => `${group(it)}/-/boards/${board.id}`,
    issues: (project) => `${prefix}/${projectPath(project)}/-/issues`,
    issue(issue) {
      const project = world.projects.find((it) => it.id === issue.projectId);
      return `${prefix}/${project ? projectPath(project) : '-'}/-/issues/${issue.iid}`;
    },
    epic: (epic) => `${prefix}/groups/${groupPath(epic.groupId)}/-/epics/${epic.iid}`,
    user: (user) => `${prefix}/${encodeURIComponent(user.username)}`,
    own: (name) => `${prefix}/-/sandbox/${name}`,
  };
}
