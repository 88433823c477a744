/** What a CRM writes where it has nothing to say. */

/** Nothing we read is that deep; JSON from outside may be, to exhaust the stack. */
const MAX_DEPTH = 60;

/**
 * Data without what says nothing: fields that are `null` or an empty text, groups that hold nothing else, empty texts
 * in a list of texts.
 *
 * @example withoutAbsent({ customer: { name: 'Example', region: '' }, dates: { end: null } }) // { customer: { name: 'Example' } }
 */
export function withoutAbsent(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) {
    // Elsewhere an element that is left out would move those after it, and the lines of their problems.
    const elements = isListOfTexts(value) ? value.filter((element) => !saysNothing(element)) : value;
    return elements.map((element) => withoutAbsent(element, depth + 1));
  }
  const fields = Object.entries(value)
    .filter(([, field]) => !saysNothing(field))
    .map(([name, field]) => [name, withoutAbsent(field, depth + 1)] as const)
    .filter(([name, field]) => !isEmptied(field, value[name as keyof typeof value]));
  return Object.fromEntries(fields);
}

function saysNothing(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value.trim() === '');
}

function isListOfTexts(list: readonly unknown[]): boolean {
  return list.every((element) => element === null || typeof element === 'string');
}

/** A group that was written as `{}` or `[]` stays: people have said so. */
function isEmptied(now: unknown, before: unknown): boolean {
  const isEmpty = (group: unknown): boolean =>
    typeof group === 'object' && group !== null && Object.keys(group).length === 0;
  return isEmpty(now) && !isEmpty(before);
}
