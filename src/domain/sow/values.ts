import type { Subject } from './subject.ts';

/**
 * The values that stand at a path of the SOW, empty when there is none. A list counts as its elements, on the
 * way (`services.sku`) and at the end (`assumptions`); a group of fields counts when something is in it.
 */
export function valuesAt(sow: Subject, path: string): readonly unknown[] {
  let values: readonly unknown[] = [sow];
  for (const name of path.split('.'))
    values = values.flatMap((value) => (isFields(value) && Object.hasOwn(value, name) ? value[name] : []));
  return values.filter(isThere);
}

function isThere(value: unknown): boolean {
  if (isFields(value)) return Object.values(value).some(isThere);
  return value !== undefined && value !== null && value !== '';
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
