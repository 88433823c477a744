import { Refusal } from '#sandbox/operations.ts';
import type { Answer, Call } from './call.ts';
import { ok } from './call.ts';

/** Records that GitLab counts: of a longer list it tells neither totals nor the last page. */
const MOST_COUNTED = 10_000;

/**
 * Offset pagination: the wanted page, with GitLab's headers. `per_page` above the maximum is cut, as GitLab does.
 *
 * @see https://docs.gitlab.com/api/rest/#other-pagination-headers
 */
export function paged<T>(call: Call, items: readonly T[], show: (item: T) => unknown): Answer {
  const page = positive(call, 'page') ?? 1;
  const perPage = Math.min(positive(call, 'per_page') ?? call.defaultPerPage, call.maxPerPage);
  const pages = Math.max(1, Math.ceil(items.length / perPage));
  const shown = items.slice((page - 1) * perPage, page * perPage);
  const isCounted = items.length <= MOST_COUNTED;
  const headers: Record<string, string> = {
    ...(isCounted ? { 'X-Total': String(items.length), 'X-Total-Pages': String(pages) } : {}),
    'X-Page': String(page),
    'X-Per-Page': String(perPage),
    'X-Next-Page': page < pages ? String(page + 1) : '',
    'X-Prev-Page': page > 1 ? String(page - 1) : '',
    Link: [
      ...(page > 1 ? [linkTo(call, { page: page - 1, per_page: perPage }, 'prev')] : []),
      ...(page < pages ? [linkTo(call, { page: page + 1, per_page: perPage }, 'next')] : []),
      linkTo(call, { page: 1, per_page: perPage }, 'first'),
      ...(isCounted ? [linkTo(call, { page: pages, per_page: perPage }, 'last')] : []),
    ].join(', '),
  };
  return { ...ok(shown.map(show)), headers };
}

function positive(call: Call, name: string): number | undefined {
  const value = call.parameters.integer(name);
  if (value === undefined) return undefined;
  if (value === 0 && name === 'per_page')
    throw new Refusal(400, { error: 'per_page has a value not allowed' });
  return Math.max(1, value);
}

function linkTo(call: Call, values: Readonly<Record<string, string | number>>, relation: string): string {
  const url = new URL(call.url);
  for (const [name, value] of Object.entries(values)) url.searchParams.set(name, String(value));
  return `<${url.href}>; rel="${relation}"`;
}

/**
 * Keyset pagination, on the issues of a project: no totals, a `next` link with a cursor instead of a page.
 * The cursor names the last item shown; what it looks like inside is nobody's business.
 * @see https://docs.gitlab.com/api/rest/#keyset-based-pagination
 */
export function pagedByKeyset<T extends { readonly id: number }>(
  call: Call,
  items: readonly T[],
  show: (item: T) => unknown,
): Answer {
  const perPage = Math.min(positive(call, 'per_page') ?? call.defaultPerPage, call.maxPerPage);
  const cursor = call.parameters.text('cursor');
  const start =
    cursor === undefined || cursor === ''
      ? 0
      : items.findIndex((item) => item.id === afterCursor(cursor)) + 1;
  const shown = items.slice(start, start + perPage);
  const last = shown.at(-1);
  const hasNext = last !== undefined && start + perPage < items.length;
  const headers: Record<string, string> = hasNext
    ? { Link: linkTo(call, { cursor: toCursor(last.id), per_page: perPage }, 'next') }
    : {};
  return { ...ok(shown.map(show)), headers };
}

function toCursor(id: number): string {
  return Buffer.from(JSON.stringify({ id: String(id), _kd: 'n' })).toString('base64url');
}

function afterCursor(cursor: string): number {
  try {
    const value = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as { readonly id?: string };
    if (/^\d+$/u.test(value.id ?? '')) return Number(value.id);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Refusal(400, { error: 'Invalid cursor parameter' });
}
