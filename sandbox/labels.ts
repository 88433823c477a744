import type { Engine } from './engine.ts';
import { takeId } from './new-world.ts';
import { availableLabels, hasPremium } from './reading.ts';
import { findLabelById } from './records.ts';
import type { Label } from './world.ts';

export interface LabelOwner {
  readonly groupId: number;
  /** `null` for an epic's labels, which belong to the group. */
  readonly projectId: number | null;
}

const DEFAULT_COLOR = '#6699cc';

/**
 * Finds labels by title, and creates those that do not exist yet when the actor may: a project label for an
 * issue, a group label for an epic. GitLab does this silently.
 *
 * @see https://docs.gitlab.com/api/issues/ "If a label does not already exist, this creates a new project label"
 * (that an epic's unknown label becomes a group label follows from `Labels::FindOrCreateService` working on the
 * parent; not confirmed on a real instance).
 */
export function findOrCreateLabels(
  engine: Engine,
  owner: LabelOwner,
  names: readonly string[],
  mayCreate: boolean,
): number[] {
  const ids: number[] = [];
  for (const raw of names) {
    const name = raw.trim();
    if (name === '') continue;
    const known = availableLabels(engine.world, owner).find((label) => label.name === name);
    const label = known ?? (mayCreate ? addLabel(engine, owner, name) : undefined);
    if (label !== undefined && !ids.includes(label.id)) ids.push(label.id);
  }
  return ids;
}

/** Adds a label without checking for a twin. */
export function addLabel(engine: Engine, owner: LabelOwner, name: string, color = DEFAULT_COLOR): Label {
  const label: Label = {
    id: takeId(engine.world, 'label'),
    groupId: owner.projectId === null ? owner.groupId : null,
    projectId: owner.projectId,
    name,
    color,
    description: null,
  };
  engine.world.labels.push(label);
  return label;
}

export interface LabelChange {
  readonly existing: readonly number[];
  /** Replaces all, when given. */
  readonly replace?: readonly number[] | undefined;
  readonly add: readonly number[];
  readonly remove: readonly number[];
}

/**
 * The label ids after a change. With the scoped-labels licence (Premium and up) only the last of each scope
 * stays, in the order of the request: added labels first, then the replacing ones. Only scopes touched by a
 * newly added label are put right.
 *
 * @see ee/app/services/ee/issuable/callbacks/labels.rb `filter_mutually_exclusive_labels`
 */
export function labelsAfter(engine: Engine, change: LabelChange): number[] {
  const wanted = new Set([...(change.replace ?? change.existing), ...change.add]);
  for (const id of change.remove) wanted.delete(id);
  const ids = [...wanted];
  const added = ids.filter((id) => !change.existing.includes(id));
  if (added.length === 0 || !hasPremium(engine.world)) return ids;
  const order = [...change.add, ...(change.replace ?? [])];
  return ids.filter((id) => {
    const scope = scopeOf(engine, id);
    if (scope === null) return true;
    const rivals = ids.filter((other) => scopeOf(engine, other) === scope);
    if (rivals.length === 1 || !rivals.some((rival) => added.includes(rival))) return true;
    return rivals.toSorted((one, other) => order.lastIndexOf(one) - order.lastIndexOf(other)).at(-1) === id;
  });
}

/** Everything before the last `::`; `null` for a label without one. */
function scopeOf(engine: Engine, id: number): string | null {
  const name = findLabelById(engine.world, id)?.name ?? '';
  const end = name.lastIndexOf('::');
  return end < 0 ? null : name.slice(0, end);
}
