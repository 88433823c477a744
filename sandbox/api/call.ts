import type { Engine } from '#sandbox/engine.ts';
import type { Operations } from '#sandbox/operations.ts';
import { Refusal } from '#sandbox/operations.ts';
import { canSee, canSeeGroup, canSeeProject, fullPathOf, notFound } from '#sandbox/reading.ts';
import { findEpicById, findEpicByIid, findIssueByIid } from '#sandbox/records.ts';
import type { Epic, Group, Issue, Project, User } from '#sandbox/world.ts';
import type { Parameters } from './parameters.ts';

/** One API request, authenticated and read. */
export interface Call {
  readonly engine: Engine;
  readonly operations: Operations;
  /** `null` for an anonymous read. */
  readonly user: User | null;
  /** The value of the token that was used. */
  readonly token: string | null;
  readonly parameters: Parameters;
  readonly url: URL;
  readonly defaultPerPage: number;
  readonly maxPerPage: number;
  /** A part of the path by its name in the pattern, decoded. */
  part(name: string): string;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/projects/:id/issues/:iid` */
  readonly path: string;
  /** Names of the query and body parameters GitLab knows here. */
  readonly parameters: readonly string[];
  /** Reads that a CI job's token may do. */
  readonly jobToken?: boolean;
  /** Scopes that will do beside `api`; every scope with `any`. */
  readonly scopes?: readonly string[] | 'any';
  /** Reads are anonymous for public things, unless this is set. */
  readonly signedIn?: boolean;
  readonly answer: (call: Call) => Answer | Promise<Answer>;
}

export const PAGING: readonly string[] = ['page', 'per_page'];

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function created(body: unknown): Answer {
  return { status: 201, body };
}

export const noContent: Answer = { status: 204 };

/** `404 Not found`: what GitLab answers when `find_by!` finds no record. */
export function recordNotFound(): Refusal {
  return new Refusal(404, { message: '404 Not found' });
}

export function actorOf(call: Call): User {
  if (call.user === null) throw new Refusal(401, { message: '401 Unauthorized' });
  return call.user;
}

/** A whole number in the path. */
export function numberPart(call: Call, name: string): number {
  const text = call.part(name);
  if (!/^\d+$/u.test(text)) throw new Refusal(400, { error: `${name} is invalid` });
  return Number(text);
}

/** The group of `:id`, by id or full path; 404 for one the user cannot see. */
export function groupOf(call: Call): Group {
  const id = call.part('id');
  const group = call.engine.world.groups.find((it) => String(it.id) === id || it.path === id);
  if (group === undefined || !canSeeGroup(call.engine.world, call.user, group)) throw notFound('Group');
  return group;
}

/** The project of `:id`, by id or full path; 404 for one the user cannot see. */
export function projectOf(call: Call): Project {
  const { world } = call.engine;
  const id = call.part('id');
  const project = world.projects.find((it) => String(it.id) === id || fullPathOf(world, it) === id);
  if (project === undefined || !canSeeProject(world, call.user, project)) throw notFound('Project');
  return project;
}

/** The issue of `:id` and `:iid` that the user can see. */
export function issueOf(call: Call, part = 'iid'): Issue {
  const project = projectOf(call);
  const iid = numberPart(call, part);
  const issue = findIssueByIid(call.engine.world, project.id, iid);
  if (issue === undefined || !canSee(call.engine.world, call.user, issue)) throw recordNotFound();
  return issue;
}

/** The epic of `:id` and `:iid`; 403 without the licence. */
export function epicOf(call: Call): Epic {
  const group = groupOf(call);
  requireEpics(call);
  const iid = numberPart(call, 'iid');
  const epic = findEpicByIid(call.engine.world, group.id, iid);
  if (epic === undefined || !canSee(call.engine.world, call.user, epic)) throw recordNotFound();
  return epic;
}

/** Epics are a Premium feature: `authorize_epics_feature!`. */
export function requireEpics(call: Call): void {
  if (call.engine.world.tier === 'free') throw new Refusal(403, { message: '403 Forbidden' });
}

/** The epic of a route that names it by its global id, as notes and events do. */
export function epicById(call: Call): Epic {
  const group = groupOf(call);
  requireEpics(call);
  const id = numberPart(call, 'epic_id');
  const epic = findEpicById(call.engine.world, id);
  if (epic?.groupId !== group.id || !canSee(call.engine.world, call.user, epic)) throw notFound('Epic');
  return epic;
}
