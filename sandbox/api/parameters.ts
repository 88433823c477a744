import { Refusal } from '#sandbox/operations.ts';
import { isDate } from '#sandbox/spans.ts';

export type Values = ReadonlyMap<string, unknown>;

/**
 * What a request says, query and body together, read strictly as Grape does: a value of the wrong kind is a 400.
 * `x[]` counts as `x`, and a nested `{ not: { labels } }` as `not[labels]`.
 */
export interface Parameters {
  has(name: string): boolean;
  names(): readonly string[];
  text(name: string): string | undefined;
  required(name: string): string;
  integer(name: string): number | undefined;
  boolean(name: string): boolean | undefined;
  /** Comma-separated text or an array. */
  list(name: string): readonly string[] | undefined;
  integers(name: string): readonly number[] | undefined;
  /** An array of objects, of a JSON body. */
  objects(name: string): readonly Readonly<Record<string, unknown>>[] | undefined;
  /** The fields of a nested object: a hash in Grape's words; empty where there is none. */
  hash(name: string): Readonly<Record<string, string | number | boolean>>;
  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined;
  /** An instant, as milliseconds. */
  instant(name: string): number | undefined;
  /** `YYYY-MM-DD`; empty text and `null` mean none. */
  date(name: string): string | null | undefined;
}

function invalid(name: string, problem = 'is invalid'): Refusal {
  return new Refusal(400, { error: `${name} ${problem}` });
}

/** Refuses a request that lacks something, all names at once: `title is missing, color is missing`. */
export function requireAll(parameters: Parameters, names: readonly string[]): void {
  const missing = names.filter((name) => !parameters.has(name));
  if (missing.length > 0)
    throw new Refusal(400, { error: missing.map((name) => `${name} is missing`).join(', ') });
}

/** Refuses an update that changes nothing. */
export function requireOneOf(parameters: Parameters, names: readonly string[]): void {
  if (names.some((name) => parameters.has(name))) return;
  throw new Refusal(400, {
    error: `${names.join(', ')} are missing, at least one parameter must be provided`,
  });
}

function objectsIn(value: unknown, name: string): ReturnType<Parameters['objects']> {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.some((it) => typeof it !== 'object' || it === null)) throw invalid(name);
  return value as Readonly<Record<string, unknown>>[];
}

function hashIn(values: Values, name: string): ReturnType<Parameters['hash']> {
  const prefix = `${name}[`;
  const fields = [...values].filter(([key]) => key.startsWith(prefix) && key.endsWith(']'));
  return Object.fromEntries(
    fields.map(([key, value]) => {
      if (!['string', 'number', 'boolean'].includes(typeof value)) throw invalid(name);
      return [key.slice(prefix.length, -1), value as string | number | boolean];
    }),
  );
}

export function createParameters(values: Values): Parameters {
  function text(name: string): string | undefined {
    const value = values.get(name);
    if (value === undefined) return undefined;
    if (value === null) return '';
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw invalid(name);
  }
  function integer(name: string): number | undefined {
    const written = text(name);
    if (written === undefined || written === '') return undefined;
    if (!/^-?\d+$/u.test(written)) throw invalid(name);
    return Number(written);
  }
  function list(name: string): readonly string[] | undefined {
    const value = values.get(name);
    if (value === undefined) return undefined;
    const parts: readonly unknown[] = Array.isArray(value) ? value : (text(name) ?? '').split(',');
    return parts.map((part) => String(part).trim()).filter((part) => part !== '');
  }
  return {
    has: (name) => values.has(name),
    names: () => [...values.keys()],
    text,
    required(name) {
      const written = text(name);
      if (written === undefined) throw new Refusal(400, { error: `${name} is missing` });
      return written;
    },
    integer,
    boolean(name) {
      const written = text(name)?.toLowerCase();
      if (written === undefined || written === '') return undefined;
      if (['true', 't', '1', 'on', 'yes'].includes(written)) return true;
      if (['false', 'f', '0', 'off', 'no'].includes(written)) return false;
      throw invalid(name);
    },
    list,
    integers(name) {
      return list(name)?.map((part) => {
        if (!/^-?\d+$/u.test(part)) throw invalid(name);
        return Number(part);
      });
    },
    objects: (name) => objectsIn(values.get(name), name),
    hash: (name) => hashIn(values, name),
    oneOf(name, allowed) {
      const written = text(name);
      if (written === undefined) return undefined;
      const value = allowed.find((it) => it === written);
      if (value === undefined) throw invalid(name, 'does not have a valid value');
      return value;
    },
    instant(name) {
      const written = text(name);
      if (written === undefined || written === '') return undefined;
      const at = Date.parse(written);
      if (Number.isNaN(at)) throw invalid(name);
      return at;
    },
    date(name) {
      const day = text(name)?.slice(0, 10);
      if (day === undefined) return undefined;
      // GitLab takes an unreadable date for none.
      return isDate(day) ? day : null;
    },
  };
}

/** Reads the query and a JSON, form or multipart body. */
export async function readValues(request: Request, query: URLSearchParams): Promise<Values> {
  const values = new Map<string, unknown>();
  gatherPairs(values, query);
  if (request.method === 'GET' || request.body === null) return values;
  const type = request.headers.get('content-type') ?? '';
  if (type.includes('form')) {
    gatherPairs(values, await request.formData());
    return values;
  }
  const body = await request.text();
  if (body === '') return values;
  if (!type.includes('json'))
    throw new Refusal(415, { error: 'The provided content-type is not supported.' });
  gatherFields(values, parseObject(body), '');
  return values;
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Refusal(400, { error: 'Problems parsing JSON' });
}

function gatherPairs(values: Map<string, unknown>, pairs: Iterable<[string, unknown]>): void {
  for (const [written, value] of pairs) {
    const name = written.replace(/\[\d*\]$/u, '');
    const known = values.get(name);
    values.set(name, name === written ? value : [...(Array.isArray(known) ? known : []), value]);
  }
}

function gatherFields(values: Map<string, unknown>, fields: Record<string, unknown>, outer: string): void {
  for (const [key, value] of Object.entries(fields)) {
    const name = outer === '' ? key.replace(/\[\]$/u, '') : `${outer}[${key}]`;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      gatherFields(values, value as Record<string, unknown>, name);
    } else {
      values.set(name, value);
    }
  }
}
