import { timestamp } from '#sandbox/engine.ts';
import { takeId } from '#sandbox/new-world.ts';
import { Refusal } from '#sandbox/operations.ts';
import { canSee, canSeeGroup, forbidden, itemAccess, notFound, referenceTo } from '#sandbox/reading.ts';
import { findEpicById, findEpicByIid } from '#sandbox/records.ts';
import { addSystemNote } from '#sandbox/traces.ts';
import type { Epic, EpicLink } from '#sandbox/world.ts';
import { actorOf, type Call, created, groupOf, numberPart, ok, type Route, recordNotFound } from './call.ts';
import { requireAll } from './parameters.ts';
import { showEpic } from './show-items.ts';

/** GitLab's limit of related items. @see https://gitlab.com/gitlab-org/gitlab/-/merge_requests/132116 */
const MOST_LINKS = 100;
const PATH = '/groups/:id/epics/:iid/related_epics';

/**
 * Relations between epics, which may be of two groups. Ultimate alone; its list is not paginated.
 *
 * @see https://docs.gitlab.com/api/linked_epics/ and ee/lib/api/related_epic_links.rb
 */
export const RELATED_EPIC_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: PATH,
    parameters: [],
    answer(call) {
      const { world } = call.engine;
      const epic = sourceOf(call, () => true);
      const others = linksOf(call, epic).flatMap((link) => {
        const other = findEpicById(world, link.sourceId === epic.id ? link.targetId : link.sourceId);
        return other !== undefined && canSee(world, call.user, other) ? [{ link, other }] : [];
      });
      return ok(others.map(({ link, other }) => showRelated(call, epic, link, other)));
    },
  },
  {
    method: 'POST',
    path: PATH,
    parameters: ['target_group_id', 'target_epic_iid', 'link_type'],
    signedIn: true,
    answer(call) {
      requireAll(call.parameters, ['target_group_id', 'target_epic_iid']);
      const type =
        call.parameters.oneOf('link_type', ['relates_to', 'blocks', 'is_blocked_by']) ?? 'relates_to';
      const source = sourceOf(call, (epic) => itemAccess(call.engine.world, call.user, epic) >= 10);
      const target = targetOf(call);
      const isTurned = type === 'is_blocked_by';
      return created(
        showLink(call, relate(call, isTurned ? target : source, isTurned ? source : target, type)),
      );
    },
  },
  {
    method: 'DELETE',
    path: `${PATH}/:related_epic_link_id`,
    parameters: [],
    signedIn: true,
    answer(call) {
      const { epicLinks } = call.engine.world;
      const epic = sourceOf(call, (it) => itemAccess(call.engine.world, call.user, it) >= 10);
      const id = numberPart(call, 'related_epic_link_id');
      const link = linksOf(call, epic).find((it) => it.id === id);
      if (link === undefined) throw recordNotFound();
      const body = showLink(call, link);
      epicLinks.splice(epicLinks.indexOf(link), 1);
      return ok(body);
    },
  },
];

/** The epic of the address. What the licence lacks is answered before the epic is looked for: `before` of the API. */
function sourceOf(call: Call, mayDo: (epic: Epic) => boolean): Epic {
  const { world } = call.engine;
  const group = groupOf(call);
  if (world.tier !== 'ultimate') throw new Refusal(403, { message: '403 Forbidden' });
  const epic = findEpicByIid(world, group.id, numberPart(call, 'iid'));
  if (epic === undefined) throw recordNotFound();
  if (!canSee(world, call.user, epic) || !mayDo(epic)) throw forbidden();
  return epic;
}

/** `target_group_id` is an id or a full path. One that may not be read is forbidden, not missing. */
function targetOf(call: Call): Epic {
  const { world } = call.engine;
  const id = call.parameters.required('target_group_id');
  const group = world.groups.find((it) => String(it.id) === id || it.path === id);
  if (group === undefined || !canSeeGroup(world, call.user, group)) throw notFound('Group');
  const epic = findEpicByIid(world, group.id, call.parameters.integer('target_epic_iid') ?? 0);
  if (epic === undefined) throw recordNotFound();
  if (!canSee(world, call.user, epic) || itemAccess(world, call.user, epic) < 10) throw forbidden();
  return epic;
}

function relate(call: Call, source: Epic, target: Epic, type: string): EpicLink {
  const { engine } = call;
  if (source === target)
    throw new Refusal(404, {
      message: 'No matching epic found. Make sure that you are adding a valid epic URL.',
    });
  const known = linksOf(call, source);
  if (known.some((link) => [link.sourceId, link.targetId].includes(target.id)))
    throw new Refusal(409, { message: 'Epic(s) already assigned' });
  if (known.length >= MOST_LINKS || linksOf(call, target).length >= MOST_LINKS)
    throw new Refusal(422, { message: 'This epic would exceed the maximum number of linked epics.' });
  const link: EpicLink = {
    id: takeId(engine.world, 'epicLink'),
    sourceId: source.id,
    targetId: target.id,
    type: type === 'relates_to' ? 'relates_to' : 'blocks',
    createdAt: timestamp(engine),
  };
  engine.world.epicLinks.push(link);
  for (const [one, other] of [
    [source, target],
    [target, source],
  ] as const) {
    const words = `marked this epic as related to ${referenceTo(engine.world, other, one)}`;
    addSystemNote(engine, actorOf(call), one, words);
    engine.announce({ kind: 'epic', id: one.id, actor: actorOf(call), groupId: one.groupId });
  }
  return link;
}

function linksOf({ engine }: Call, { id }: Epic): readonly EpicLink[] {
  return engine.world.epicLinks.filter((link) => link.sourceId === id || link.targetId === id);
}

function showLink({ engine: { world } }: Call, link: EpicLink): object {
  const shown = (id: number): object | null => {
    const epic = findEpicById(world, id);
    return epic === undefined ? null : showEpic(world, epic);
  };
  return {
    id: link.id,
    created_at: link.createdAt,
    updated_at: link.createdAt,
    link_type: link.type,
    source_epic: shown(link.sourceId),
    target_epic: shown(link.targetId),
  };
}

function showRelated({ engine: { world } }: Call, epic: Epic, link: EpicLink, other: Epic): object {
  const seen = link.type === 'blocks' && link.targetId === epic.id ? 'is_blocked_by' : link.type;
  const more = { link_type: seen, link_created_at: link.createdAt, link_updated_at: link.createdAt };
  return { ...showEpic(world, other), related_epic_link_id: link.id, ...more };
}
