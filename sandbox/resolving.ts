import type { Item } from './reading.ts';
import { fullPathOf, groupIdOf } from './reading.ts';
import { findEpicByIid, findIssueByIid } from './records.ts';
import type { Epic, Issue, Label, User, World } from './world.ts';

/** Resolves `#1`, `project#1`, `group/project#1`, `&1`, `group&1` or an address, as seen from an item. */
export function findItem(world: World, reference: string, from: Item): Item | null {
  return findIssue(world, reference, from) ?? findEpic(world, reference, from);
}

export function findIssue(world: World, reference: string, from: Item): Issue | null {
  const written =
    /^(?<path>[\w./-]*)#(?<iid>\d+)\+?s?$/u.exec(reference) ??
    /^(?<path>)(?:GL-|#?)(?<iid>\d+)$/u.exec(reference);
  const match =
    written ?? addressOf(world, reference, /^(?<path>.+)\/-\/(?:issues|work_items)\/(?<iid>\d+)$/u);
  if (match === null || match === undefined) return null;
  const { path = '', iid = '' } = match.groups ?? {};
  const projects = world.projects.filter((project) => {
    if (path === '') return from.kind === 'issue' && project.id === from.projectId;
    return (
      fullPathOf(world, project) === path ||
      (project.path === path && project.groupId === groupIdOf(world, from))
    );
  });
  for (const { id } of projects) {
    const issue = findIssueByIid(world, id, Number(iid));
    if (issue !== undefined) return issue;
  }
  return null;
}

export function findEpic(world: World, reference: string, from: Item): Epic | null {
  const written = /^(?<path>[\w./-]*)&(?<iid>\d+)\+?s?$/u.exec(reference);
  const match =
    written ?? addressOf(world, reference, /^groups\/(?<path>.+)\/-\/(?:epics|work_items)\/(?<iid>\d+)$/u);
  if (match === null || match === undefined) return null;
  const { path = '', iid = '' } = match.groups ?? {};
  const groupId =
    path === '' ? groupIdOf(world, from) : world.groups.find((group) => group.path === path)?.id;
  return groupId === undefined ? null : (findEpicByIid(world, groupId, Number(iid)) ?? null);
}

function addressOf(world: World, reference: string, pattern: RegExp): RegExpExecArray | null {
  const start = `${world.baseUrl}/`;
  return reference.startsWith(start) ? pattern.exec(reference.slice(start.length)) : null;
}

/** `@mira`, `me` and bare usernames of a quick action's argument. */
export function findUsers(world: World, argument: string, actor: User): User[] {
  return argument
    .split(/[\s,]+/u)
    .filter((word) => word !== '')
    .flatMap((word) => {
      const name = word.replace(/^@/u, '').toLowerCase();
      if (name === 'me') return [actor];
      return world.users.filter((user) => user.username.toLowerCase() === name);
    });
}

/** Names in `~a ~"b c" ~d::e`; unknown ones are dropped, as GitLab's `/label` creates nothing. */
export function findLabels(available: readonly Label[], argument: string): string[] {
  const names = [...argument.matchAll(/~?"([^"]+)"|~?([^\s,"]+)/gu)].map((match) =>
    (match[1] ?? match[2] ?? '').trim(),
  );
  return names.flatMap((name) => {
    const label = available.find(
      (it) => it.name.toLowerCase() === name.toLowerCase() || String(it.id) === name,
    );
    return label === undefined ? [] : [label.name];
  });
}
