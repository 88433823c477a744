/** Creating and updating issues and epics: GitLab's `Issues::CreateService`, `UpdateService` and their epic twins. */

import type { ItemChanges } from './apply-changes.ts';
import { applyMetadata } from './apply-changes.ts';
import type { Engine } from './engine.ts';
import { timestamp } from './engine.ts';
import { changesBetween, itemPayload, snapshot } from './hook-payload.ts';
import { checkConfidential, checkTexts, epicToJoin } from './item-checks.ts';
import { linkIssues, unlinkPair } from './link-writes.ts';
import { extractQuickActions } from './quick-actions.ts';
import type { Item } from './reading.ts';
import { canAdminister, canUpdate, forbidden, groupIdOf } from './reading.ts';
import type { Ran } from './run-quick-actions.ts';
import { runQuickActions } from './run-quick-actions.ts';
import { addEvent, addSystemNote, noteReferences } from './traces.ts';
import type { User } from './world.ts';

/** Finishes an item that has its title and author only: quick actions, metadata, to-dos, webhook. */
export function fillNewItem(engine: Engine, actor: User, item: Item, fields: ItemChanges): void {
  const { text, commands } = extractQuickActions(fields.description ?? '');
  item.description = text;
  const ran = runQuickActions(engine, actor, { item, persisted: false }, commands);
  const asked = mergeChanges(fields, ran.changes);
  applyMetadata(engine, actor, item, asked, true);
  item.updatedAt = item.createdAt;
  noteReferences(engine, actor, item, { before: '', after: `${item.title}\n\n${item.description}` });
  fireItem(engine, actor, item, 'open', null);
  runLater(engine, actor, ran);
  engine.announce({ kind: item.kind, id: item.id, actor, groupId: groupIdOf(engine.world, item) });
}

/**
 * Changes an item. Asked to close or reopen without the right, it silently does nothing, as `CloseService` does;
 * other changes are refused, and those that take a Planner are dropped for the issue's author.
 */
export function updateItem(engine: Engine, actor: User, item: Item, changes: ItemChanges): void {
  if (!canUpdate(engine.world, actor, item)) {
    if (Object.keys(changes).every((name) => name === 'stateEvent')) return;
    throw forbidden();
  }
  let asked: ItemChanges = changes;
  let ran: Ran | null = null;
  if (changes.description !== undefined && changes.description !== item.description) {
    const { text, commands } = extractQuickActions(changes.description);
    ran = runQuickActions(engine, actor, { item, persisted: true }, commands);
    asked = { ...mergeChanges(changes, ran.changes), description: text };
  }
  applyUpdate(engine, actor, item, asked);
  if (ran !== null) runLater(engine, actor, ran);
  engine.announce({ kind: item.kind, id: item.id, actor, groupId: groupIdOf(engine.world, item) });
}

/** Saves changes whose right to be made was checked: the state first with an event of its own, then the rest. */
export function applyUpdate(engine: Engine, actor: User, item: Item, asked: ItemChanges): void {
  const { stateEvent, title, description, ...metadata } = asked;
  checkTexts({ title, description });
  checkConfidential(engine, item, metadata.confidential);
  if (metadata.epicId !== undefined) checkEpicChange(engine, actor, item, metadata.epicId);
  if (stateEvent !== undefined) changeState(engine, actor, item, stateEvent);
  if (title === undefined && description === undefined && Object.keys(metadata).length === 0) return;
  const before = snapshot(engine.world, item);
  const text = { before: item.description, after: description ?? item.description };
  if (title !== undefined && title !== item.title) changeTitle(engine, actor, item, title);
  if (description !== undefined && description !== item.description) {
    item.description = description;
    addSystemNote(engine, actor, item, 'changed the description');
  }
  if (canAdminister(engine.world, actor, item)) applyMetadata(engine, actor, item, metadata, false);
  if (Object.keys(changesBetween(before, snapshot(engine.world, item))).length > 0)
    item.updatedAt = timestamp(engine);
  noteReferences(engine, actor, item, text);
  fireItem(engine, actor, item, 'update', before);
}

/** Unlike other metadata, an epic one may not set is refused, before anything is written. */
function checkEpicChange(engine: Engine, actor: User, item: Item, epicId: number | null): void {
  if (!canAdminister(engine.world, actor, item)) throw forbidden();
  if (epicId !== null && epicId !== 0) epicToJoin(engine, actor, epicId, item);
}

/** Text replaced by a tick of a task: noted as such, without running quick actions. */
export function replaceDescription(
  engine: Engine,
  actor: User,
  item: Item,
  text: string,
  note: string,
): void {
  const before = snapshot(engine.world, item);
  item.description = text;
  addSystemNote(engine, actor, item, note);
  fireItem(engine, actor, item, 'update', before);
  engine.announce({ kind: item.kind, id: item.id, actor, groupId: groupIdOf(engine.world, item) });
}

function changeTitle(engine: Engine, actor: User, item: Item, title: string): void {
  const note = `changed title from **{-${item.title}-}** to **{+${title}+}**`;
  item.title = title;
  addSystemNote(engine, actor, item, note);
}

/** A locked discussion keeps an issue from being reopened; both refusals are silent. */
function changeState(engine: Engine, actor: User, item: Item, event: 'close' | 'reopen'): void {
  const target = event === 'close' ? 'closed' : 'opened';
  if (item.state === target) return;
  if (event === 'reopen' && item.kind === 'issue' && item.discussionLocked === true) return;
  const before = snapshot(engine.world, item);
  const at = timestamp(engine);
  item.state = target;
  item.closedAt = target === 'closed' ? at : null;
  item.closedById = target === 'closed' ? actor.id : null;
  item.updatedAt = at;
  addEvent(engine, actor, item, { kind: 'state', state: target === 'closed' ? 'closed' : 'reopened' });
  fireItem(engine, actor, item, event, before);
}

export function fireItem(
  engine: Engine,
  actor: User,
  item: Item,
  action: 'open' | 'close' | 'reopen' | 'update',
  before: Record<string, unknown> | null,
): void {
  engine.hooks.fire({
    event: item.confidential ? 'confidential_issue' : 'issue',
    groupId: groupIdOf(engine.world, item),
    projectId: item.kind === 'issue' ? item.projectId : null,
    payload: () => {
      const changes = changesBetween(before, snapshot(engine.world, item));
      return itemPayload(engine.world, { item, actor, action, changes });
    },
  });
}

/** Fields of the request and what its quick actions ask for: labels add up, for the rest the command wins. */
function mergeChanges(fields: ItemChanges, commands: ItemChanges): ItemChanges {
  const join = (key: 'addLabels' | 'removeLabels'): object =>
    fields[key] === undefined && commands[key] === undefined
      ? {}
      : { [key]: [...(fields[key] ?? []), ...(commands[key] ?? [])] };
  return { ...fields, ...commands, ...join('addLabels'), ...join('removeLabels') };
}

/** Carries out what quick actions left for after saving. A link that cannot be made is passed over, as in GitLab. */
export function runLater(engine: Engine, actor: User, ran: Ran): void {
  for (const act of ran.afterwards) {
    act({
      link: (source, target, type) => void linkIssues(engine, actor, { source, target, type, lenient: true }),
      unlink: (source, target) => unlinkPair(engine, actor, source, target),
      systemNote: (target, body) => void addSystemNote(engine, actor, target, body),
    });
  }
}
