/** Two hands on one SOW: its source says something else than before, and so does what was agreed on since. */
import { canonicalJson } from '#domain/base/record-line.ts';
import { elementName } from './changes.ts';
import { isDeal, kindOf, type Subject, schemaOf } from './subject.ts';

/** Fields of the first level that are other than in another SOW; `null`: gone. Small where little differs. */
export type SowPatch = Readonly<Record<string, unknown>>;

type Fields = Readonly<Record<string, unknown>>;

/** What has to be put over the first SOW so that it says what the second one does. */
export function patchBetween(from: Subject, to: Subject): SowPatch {
  const [before, after]: readonly [Fields, Fields] = [from, to];
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(
    fields.flatMap((field) =>
      isSameValue(before[field], after[field]) ? [] : [[field, after[field] ?? null]],
    ),
  );
}

/** SOW with a patch put over it; `null` where that is no SOW. */
export function patched(sow: Subject, patch: SowPatch): Subject | null {
  const fields = Object.entries({ ...sow, ...patch }).filter(([, value]) => value !== null);
  const read = schemaOf(kindOf(sow)).safeParse(Object.fromEntries(fields));
  return read.success ? read.data : null;
}

/** Merged SOW, or the fields of which the source says one thing and the record another. */
export type Merged =
  | { readonly kind: 'merged'; readonly sow: Subject }
  | { readonly kind: 'conflict'; readonly fields: readonly string[] };

/**
 * Carries what a source has changed since it was applied into the SOW of the record; what it has not changed keeps the
 * record. Elements of lists are known by id, else by what they are called.
 *
 * @param base the source as it was applied last
 * @example base 400 h, source 400 h, record 480 h (a change) → 480 h; base 400 h, source 420 h, record 480 h → conflict
 */
export function mergeSow(base: Subject, source: Subject, record: Subject): Merged {
  const conflicts: string[] = [];
  const merged = merge({ base, source, record }, '', conflicts);
  // Nothing of a deal is agreed on: what was said last holds.
  if (isDeal(source) && conflicts.length > 0) return { kind: 'merged', sow: source };
  if (conflicts.length > 0) return { kind: 'conflict', fields: conflicts };
  const sow = schemaOf(kindOf(record)).safeParse(merged);
  // Both are in order by themselves: an end of one that lies before a start of the other.
  return sow.success
    ? { kind: 'merged', sow: sow.data }
    : { kind: 'conflict', fields: sow.error.issues.map(({ path }) => path.join('.')) };
}

interface Sides {
  readonly base: unknown;
  readonly source: unknown;
  readonly record: unknown;
}

function merge(sides: Sides, path: string, conflicts: string[]): unknown {
  const { base, source, record } = sides;
  if (isSameValue(source, base) || isSameValue(source, record)) return record;
  if (isSameValue(record, base)) return source;
  const lists = [base ?? [], source ?? [], record ?? []];
  if (lists.every(isNamed)) return mergeLists(sides, path, conflicts);
  const groups = [base ?? {}, source ?? {}, record ?? {}];
  if (groups.every(isGroup)) return mergeGroups(sides, path, conflicts);
  conflicts.push(path);
  return record;
}

function mergeGroups(sides: Sides, path: string, conflicts: string[]): Fields {
  const [base, source, record] = [fieldsOf(sides.base), fieldsOf(sides.source), fieldsOf(sides.record)];
  const names = new Set([...Object.keys(record), ...Object.keys(source)]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const at = path === '' ? name : `${path}.${name}`;
      const values = { base: base[name], source: source[name], record: record[name] };
      const value = merge(values, at, conflicts);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** In the order of the record; what the source has added comes last. */
function mergeLists(sides: Sides, path: string, conflicts: string[]): readonly unknown[] {
  const [base, source, record] = [byName(sides.base), byName(sides.source), byName(sides.record)];
  return [...new Set([...record.keys(), ...source.keys()])].flatMap((name) => {
    const values = { base: base.get(name), source: source.get(name), record: record.get(name) };
    const value = merge(values, `${path}[${name}]`, conflicts);
    return value === undefined ? [] : [value];
  });
}

function byName(list: unknown): ReadonlyMap<string, unknown> {
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  return new Map(items.map((item, index) => [elementName(item, index), item]));
}

/** Whether it is a list in which no two elements have one name. */
function isNamed(value: unknown): boolean {
  return Array.isArray(value) && byName(value).size === value.length;
}

function isGroup(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Fields {
  return isGroup(value) ? value : {};
}

/** Whether two values of a SOW say the same; what is absent says nothing. */
export function isSameValue(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}
