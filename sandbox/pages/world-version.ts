import type { World } from '#sandbox/world.ts';

/** Folds text into a 32-bit number (FNV-1a). */
export function fold(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/**
 * A number that changes whenever something changes that a page shows. Equal numbers mean an equal page,
 * but for the one in four thousand million chance of a collision.
 */
export function worldVersion(world: World): number {
  const items = [...world.epics, ...world.issues].map((it) => [
    it.kind,
    it.id,
    it.updatedAt,
    it.state,
    it.labelIds,
    it.title,
    it.description.length,
    it.confidential,
    it.dueDate,
    it.kind === 'issue'
      ? [it.assigneeIds, it.epicId, it.epicPosition, it.relativePosition, it.weight]
      : it.startDate,
  ]);
  const rest = [
    world.tier,
    world.notes.map((note) => [note.id, note.updatedAt, note.body.length]),
    world.links.map((link) => link.id),
    world.labels.map((label) => [label.id, label.name, label.color]),
    world.boards.map((board) => [board.id, board.name, board.lists]),
    [world.groups.length, world.projects.length, world.users.map((user) => user.state), world.todos.length],
    world.events.length,
    world.pipelines.map((pipeline) => [pipeline.id, pipeline.status, pipeline.updatedAt]),
  ];
  return fold(JSON.stringify([items, rest]));
}
