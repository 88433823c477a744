/** Links between issues. @see https://docs.gitlab.com/api/issue_links/ */
import type { Engine } from './engine.ts';
import { timestamp } from './engine.ts';
import { takeId } from './new-world.ts';
import { Refusal } from './operations.ts';
import { canSee, groupIdOf, hasPremium, itemAccess, notFound, referenceTo } from './reading.ts';
import { findIssueById, linksOf } from './records.ts';
import { addSystemNote } from './traces.ts';
import type { Issue, IssueLink, User, World } from './world.ts';

const MOST_LINKS = 100;

export type LinkType = 'relates_to' | 'blocks' | 'is_blocked_by';

export interface LinkRequest {
  readonly source: Issue;
  readonly target: Issue;
  readonly type: LinkType;
  /** Returns `null` instead of refusing: how quick actions take it. */
  readonly lenient?: boolean;
}

/**
 * Links two issues. Any relation the two already have, either way round and of any type, is a conflict; to
 * change the type the old link has to be deleted first.
 *
 * @throws {Refusal} 403 without the licence or the Guest role, 404, 409, 422 as worded by GitLab's services.
 */
export function linkIssues(engine: Engine, actor: User, request: LinkRequest): IssueLink | null {
  const { source, target, type } = request;
  const refusal = refusalOf(engine, actor, request);
  if (refusal !== null) {
    if (request.lenient === true) return null;
    throw refusal;
  }
  const turned = type === 'is_blocked_by';
  const link: IssueLink = {
    id: takeId(engine.world, 'link'),
    sourceId: turned ? target.id : source.id,
    targetId: turned ? source.id : target.id,
    type: type === 'relates_to' ? 'relates_to' : 'blocks',
    createdAt: timestamp(engine),
  };
  engine.world.links.push(link);
  addSystemNote(
    engine,
    actor,
    source,
    `marked this issue as ${WORDS[type]} ${referenceTo(engine.world, target, source)}`,
  );
  addSystemNote(
    engine,
    actor,
    target,
    `marked this issue as ${WORDS[opposite(type)]} ${referenceTo(engine.world, source, target)}`,
  );
  announce(engine, actor, [source, target]);
  return link;
}

const WORDS: Readonly<Record<LinkType, string>> = {
  relates_to: 'related to',
  blocks: 'blocking',
  is_blocked_by: 'blocked by',
};

function opposite(type: LinkType): LinkType {
  return type === 'blocks' ? 'is_blocked_by' : type === 'is_blocked_by' ? 'blocks' : 'relates_to';
}

function refusalOf(engine: Engine, actor: User, { source, target, type }: LinkRequest): Refusal | null {
  const { world } = engine;
  if (type !== 'relates_to' && !hasPremium(world)) {
    return new Refusal(403, { message: 'Blocked issues not available for current license' });
  }
  if (!canSee(world, actor, source)) return notFound('Issue');
  if (
    itemAccess(world, actor, source) < 10 ||
    (canSee(world, actor, target) && itemAccess(world, actor, target) < 10)
  ) {
    const message = "Couldn't link issues. You must have at least the Guest role in both projects.";
    return new Refusal(403, { message });
  }
  if (source === target || !canSee(world, actor, target)) {
    const message = 'No matching issue found. Make sure that you are adding a valid issue URL.';
    return new Refusal(404, { message });
  }
  if (linkBetween(engine, source, target) !== undefined)
    return new Refusal(409, { message: 'Issue(s) already assigned' });
  if ([source, target].some((issue) => linksOf(engine.world, issue).length >= MOST_LINKS)) {
    return new Refusal(422, { message: 'This issue would exceed the maximum number of linked issues.' });
  }
  return null;
}

function linkBetween(engine: Engine, one: Issue, other: Issue): IssueLink | undefined {
  return linksOf(engine.world, one).find((link) => link.sourceId === other.id || link.targetId === other.id);
}

/** Deletes a link and notes it on both issues. @throws {Refusal} 404 `No Issue Link found`. */
export function unlinkIssues(engine: Engine, actor: User, link: IssueLink): void {
  const { world } = engine;
  const at = world.links.indexOf(link);
  const ends = [link.sourceId, link.targetId].flatMap((id) => findIssueById(world, id) ?? []);
  if (at < 0 || ends.some((issue) => itemAccess(world, actor, issue) < 10))
    throw notFound('No Issue Link found');
  world.links.splice(at, 1);
  for (const issue of ends) {
    const other = ends.find((it) => it !== issue);
    if (other !== undefined)
      addSystemNote(engine, actor, issue, `removed the relation with ${referenceTo(world, other, issue)}`);
  }
  announce(engine, actor, ends);
}

export function unlinkPair(engine: Engine, actor: User, one: Issue, other: Issue): void {
  const link = linkBetween(engine, one, other);
  if (link !== undefined) unlinkIssues(engine, actor, link);
}

function announce(engine: Engine, actor: User, issues: readonly Issue[]): void {
  for (const issue of issues) {
    engine.announce({ kind: 'issue', id: issue.id, actor, groupId: groupIdOf(engine.world, issue) });
  }
}

/**
 * How many open issues this one blocks.
 * @see ee/app/models/ee/issue_link.rb `blocking_issues_for_collection`
 */
export function blockingCount(world: World, issue: Issue): number {
  return linksOf(world, issue).filter(
    ({ type, sourceId, targetId }) =>
      type === 'blocks' && sourceId === issue.id && findIssueById(world, targetId)?.state === 'opened',
  ).length;
}
