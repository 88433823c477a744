import { z } from 'zod';
import { closest } from '#domain/base/closest.ts';
import type { SubjectKind } from '#domain/base/keys.ts';
import { Deal } from './deal.ts';
import { Sow } from './sow.ts';

/** What kind of value stands at a path of a SOW or a deal. */
export type SowPathKind =
  | 'string'
  | 'number'
  | 'boolean'
  | 'enum'
  | 'date'
  | 'url'
  | 'email'
  | 'list'
  | 'object';

/** What is known about one path of a SOW or a deal, from its schema alone. */
export interface SowPath {
  readonly kind: SowPathKind;
  /** The values an `enum` can have, in the order of the schema. */
  readonly values?: readonly string[];
  /** For a `list`: what its elements are. Fields of `object` elements have their own path (`deliverables.title`). */
  readonly element?: SowPathKind;
  /** Whether a valid SOW or deal may lack a value here: the field itself, or anything above it, may be left out or empty. */
  readonly optional: boolean;
}

const known = new Map<SubjectKind, ReadonlyMap<string, SowPath>>();

/**
 * Every path a template or a condition may name (`customer.name`, `services.sku`, `contacts.customer.main.email`),
 * in the order of the schema. Lists have no index: `deliverables.title` is the title of any element.
 *
 * Derived by walking the zod schema through its public API, so a field added to {@link Sow} or {@link Deal} is known
 * to conditions, templates and lint at once.
 */
export function pathsOf(kind: SubjectKind): ReadonlyMap<string, SowPath> {
  const before = known.get(kind);
  if (before !== undefined) return before;
  const paths = new Map<string, SowPath>();
  walk(kind === 'deal' ? Deal : Sow, { path: '', optional: false }, paths);
  known.set(kind, paths);
  return paths;
}

/** {@link pathsOf} a SOW. */
export function sowPaths(): ReadonlyMap<string, SowPath> {
  return pathsOf('sow');
}

function walk(schema: unknown, at: { path: string; optional: boolean }, paths: Map<string, SowPath>): void {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    walk(schema.unwrap(), { path: at.path, optional: true }, paths);
    return;
  }
  if (schema instanceof z.ZodPipe) {
    walk(schema.in, at, paths);
    return;
  }
  const kind = kindOf(schema);
  const { path, optional } = at;
  if (schema instanceof z.ZodObject) {
    if (path !== '') paths.set(path, { kind, optional });
    for (const [name, field] of Object.entries(schema.shape))
      walk(field, { path: path === '' ? name : `${path}.${name}`, optional }, paths);
  } else if (schema instanceof z.ZodArray) {
    paths.set(path, { kind, element: kindOf(unwrapped(schema.element)), optional });
    if (unwrapped(schema.element) instanceof z.ZodObject) {
      const inside = new Map<string, SowPath>();
      walk(schema.element, at, inside);
      for (const [name, field] of inside) if (name !== path) paths.set(name, field);
    }
  } else if (schema instanceof z.ZodEnum) {
    paths.set(path, { kind, values: schema.options.map(String), optional });
  } else {
    paths.set(path, { kind, optional });
  }
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  return schema;
}

function kindOf(schema: unknown): SowPathKind {
  if (schema instanceof z.ZodObject) return 'object';
  if (schema instanceof z.ZodArray) return 'list';
  if (schema instanceof z.ZodEnum) return 'enum';
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodURL) return 'url';
  if (schema instanceof z.ZodEmail) return 'email';
  if (schema instanceof z.ZodString) return isDateSchema(schema) ? 'date' : 'string';
  throw new TypeError('the SOW schema has a kind of field that sow-paths.ts does not know; teach kindOf()');
}

/** A calendar date is a refined string, which a schema does not say of itself: only it takes the 29th of a leap year and refuses that of another. */
function isDateSchema(schema: z.ZodType): boolean {
  return schema.safeParse('2024-02-29').success && !schema.safeParse('2023-02-29').success;
}

/** Paths somebody may have meant: those that look alike, else those that end like it (`region` → `customer.region`). */
export function likelyPaths(path: string, kind: SubjectKind): readonly string[] {
  const paths = [...pathsOf(kind).keys()];
  const near = closest(path, paths);
  if (near.length > 0) return near;
  const last = path.split('.').at(-1) ?? path;
  const byEnd = new Map(paths.map((known) => [known, known.split('.').at(-1) ?? known]));
  const ends = closest(last, byEnd.values());
  return paths.filter((known) => ends.includes(byEnd.get(known) ?? '')).slice(0, 3);
}
