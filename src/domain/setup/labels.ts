import type { LabelDefinition } from '#domain/base/labels.ts';
import type { SetupAction } from './action.ts';
import type { ActualLabel } from './installation.ts';

/**
 * Missing labels are made, changed ones put right. One of ours that somebody renamed (same scope, our description,
 * no other it could be) gets its name back, because that keeps it on every issue that carries it.
 */
export function planLabels(
  wanted: readonly LabelDefinition[],
  actual: readonly ActualLabel[],
): readonly SetupAction[] {
  const byName = new Map(actual.map((label) => [label.name, label]));
  return wanted.flatMap((label): readonly SetupAction[] => {
    const found = byName.get(label.name);
    if (found !== undefined) return found.own ? correction(found, label) : [];
    const renamed = renamedLabel(label, wanted, actual);
    return renamed === undefined ? [{ kind: 'create-label', label }] : correction(renamed, label);
  });
}

/** Properties of a label that are not as they should be: `['colour']`. */
export function labelChanges(actual: ActualLabel, wanted: LabelDefinition): readonly string[] {
  return [
    ...(actual.name === wanted.name ? [] : ['name']),
    ...(actual.color.toLowerCase() === wanted.color.toLowerCase() ? [] : ['colour']),
    ...(actual.description === wanted.description ? [] : ['description']),
  ];
}

function correction(actual: ActualLabel, label: LabelDefinition): readonly SetupAction[] {
  const changes = labelChanges(actual, label);
  if (changes.length === 0) return [];
  return [{ kind: 'update-label', id: actual.id, name: actual.name, label, changes }];
}

function renamedLabel(
  wanted: LabelDefinition,
  all: readonly LabelDefinition[],
  actual: readonly ActualLabel[],
): ActualLabel | undefined {
  const isAlike = (label: { readonly name: string; readonly description: string }): boolean =>
    scopeOf(label.name) === scopeOf(wanted.name) && label.description === wanted.description;
  const isMissing = ({ name }: LabelDefinition): boolean => actual.every((label) => label.name !== name);
  const candidates = actual.filter(
    (label) => label.own && isAlike(label) && all.every(({ name }) => name !== label.name),
  );
  const rivals = all.filter((label) => isAlike(label) && isMissing(label));
  return candidates.length === 1 && rivals.length === 1 ? candidates[0] : undefined;
}

function scopeOf(name: string): string {
  return name.slice(0, name.lastIndexOf('::') + 1);
}
