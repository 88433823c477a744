/** What differs between two SOWs of one engagement, field by field. */
import { isAmountPath, type Subject } from './subject.ts';

/** One field that is other than it was. `null`: it was not there, or is not there any more. */
export interface SowChange {
  /** Path in the SOW, with the id or title of an element of a list: `hours.scoped`, `deliverables[D3]`. */
  readonly field: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** How far the work is, and no term of the SOW. */
const PROGRESS = ['hours.consumed', 'hours.consumed_on'];

/**
 * Compares field by field, in the order of the schema. Elements of lists are known by their `id`, else by what they are
 * called. Money is left out: it may stand where more people read than may know it.
 *
 * @example `[{ field: 'hours.scoped', from: '400', to: '480' }, { field: 'deliverables[D3].title', from: null, to: 'Second region' }]`
 */
export function sowChanges(before: Subject, after: Subject): readonly SowChange[] {
  // Every run without a source at hand goes by the record itself.
  if (before === after) return [];
  const [from, to] = [leavesOf(before), leavesOf(after)];
  const fields = [...new Set([...from.keys(), ...to.keys()])].filter(
    (field) => !isAmountPath(schemaPath(field)) && !PROGRESS.includes(field),
  );
  return fields.flatMap((field): SowChange[] => {
    const [was, is] = [from.get(field) ?? null, to.get(field) ?? null];
    return was === is ? [] : [{ field, from: was, to: is }];
  });
}

/** Path in the schema, without names of elements. @example `deliverables[D3].title` → `deliverables.title` */
export function schemaPath(field: string): string {
  return field.replaceAll(/\[[^\]]*\]/g, '');
}

/** A change in words: `hours.scoped: 400 → 480`, `deliverables[D3].title is now Second region`, `dates.end is left out (was 2027-06-30)`. */
export function changeText({ field, from, to }: SowChange): string {
  if (from === null) return `${field} is now ${clipped(to ?? '')}`;
  if (to === null) return `${field} is left out (was ${clipped(from)})`;
  return `${field}: ${clipped(from)} → ${clipped(to)}`;
}

/** Fields by which a SOW or a deal is told from another one that has its number or its key by mistake. */
const IDENTITY = ['customer.name', 'sow.signed_on', 'opportunity.url', 'deal.url'] as const;
/** One of them is corrected now and then. Two at once are another SOW. */
const OTHER_SOW = 2;

/**
 * The fields that say that a SOW is another one with the same number; empty when it is the same, corrected or not.
 *
 * @example customer and signing day differ → both changes; the customer alone is renamed → `[]`
 */
export function otherIdentity(before: Subject, after: Subject): readonly SowChange[] {
  const differing = sowChanges(before, after).filter(
    ({ field, from, to }) =>
      IDENTITY.some((path) => path === field) && from !== null && to !== null && !isNearly(from, to),
  );
  return differing.length >= OTHER_SOW ? differing : [];
}

/** Whether two texts are the same but for letter case, blanks and punctuation. */
export function isNearly(one: string, other: string): boolean {
  const letters = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  return letters(one) === letters(other);
}

const LONGEST = 120;

function clipped(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** Every value with its path. */
function leavesOf(value: unknown, path = ''): ReadonlyMap<string, string> {
  if (value === undefined || value === null) return new Map();
  if (typeof value !== 'object')
    return new Map([[path, typeof value === 'string' ? value : JSON.stringify(value)]]);
  const children = Array.isArray(value)
    ? value.map((item, index) => [`${path}[${elementName(item, index)}]`, item] as const)
    : Object.entries(value)
        // An element of a list that is called by its id has the id in its path.
        .filter(([key, item], _, all) => all.length === 1 || !isNameOf(key, item, path))
        .map(([key, item]) => [path === '' ? key : `${path}.${key}`, item] as const);
  return new Map(children.flatMap(([at, item]) => [...leavesOf(item, at)]));
}

function isNameOf(key: string, item: unknown, path: string): boolean {
  return (key === 'id' || key === 'sku') && typeof item === 'string' && path.endsWith(`[${clipped(item)}]`);
}

/** What an element of a list is known by, so that another order, or one more before it, changes nothing. */
export function elementName(item: unknown, index: number): string {
  if (typeof item !== 'object' || item === null) return clipped(String(item));
  const { id, sku, title, name } = item as Readonly<Record<string, unknown>>;
  const known = [id, sku, title, name].find((value) => typeof value === 'string');
  return typeof known === 'string' ? clipped(known) : String(index + 1);
}
