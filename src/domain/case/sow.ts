/** The SOW of a case: that of its file with the fields in which the case differs. Plain data, not checked yet. */

/** Deeper than any field of a SOW. */
const MAX_DEPTH = 10;

/** Groups of fields are merged, lists and values replaced, a field with nothing behind it (`null`) removed. */
export function withDifferences(base: unknown, differences: unknown, depth = 0): unknown {
  if (!isGroup(base) || !isGroup(differences) || depth > MAX_DEPTH) return differences;
  const fields = new Map(Object.entries(base));
  for (const [name, value] of Object.entries(differences))
    if (value === null) fields.delete(name);
    else fields.set(name, fields.has(name) ? withDifferences(fields.get(name), value, depth + 1) : value);
  return Object.fromEntries(fields);
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
