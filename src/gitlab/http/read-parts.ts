/**
 * A list of tens of thousands, read in parts by time of creation: GitLab counts no list of more than 10,000 items, lets
 * nobody ask for what lies behind the first 50,000 where it also offers keyset pages, and finds a far page slowly. A part is
 * counted, so its pages are asked for at once and none of its items slips through.
 *
 * Keyset pages would do for issues alone (epics have none), from GitLab 18.3 on, and only one after the other.
 *
 * @see https://docs.gitlab.com/api/rest/#pagination
 * @see https://docs.gitlab.com/administration/instance_limits/#max-offset-allowed-by-the-rest-api-for-offset-based-pagination
 */
import type { z } from 'zod';
import { type Connection, type PageOptions, type ReadPage, readList, readPage } from './connection.ts';

const PAGES_OF_A_PART = 25;

/** Narrows a list by time of creation, both ends included. ISO 8601. */
export interface CreatedBetween {
  readonly createdAfter?: string;
  readonly createdBefore?: string;
}

/** List in order of creation, oldest first. */
export interface DatedList<T> {
  readonly what: string;
  readonly item: z.ZodType<T>;
  readonly fetchPage: (page: PageOptions, between: CreatedBetween) => Promise<unknown>;
  /** Nothing older is read. ISO 8601. Default: everything is. */
  readonly from?: string;
  /** What is held in memory at a time. Default: 25 pages, which are some 20 MB of issues. */
  readonly pagesOfAPart?: number;
}

interface Dated {
  readonly id: number;
  readonly createdAt: string;
}

/**
 * Reads a list to its end, part by part. A list of one part costs what its pages cost, a longer one a request more for each
 * part. An item that was created at the instant between two parts is in both of them.
 *
 * @throws what {@link readList} throws
 */
export async function* readParts<T extends Dated>(
  connection: Connection,
  list: DatedList<T>,
): AsyncGenerator<readonly T[]> {
  const whole = sharingFirstPage(between(list, list.from === undefined ? {} : { createdAfter: list.from }));
  const first = await readPage(connection, whole, 1);
  const [oldest] = first.items;
  if (isOnePart(first, list) || oldest === undefined) {
    yield await readList(connection, whole);
    return;
  }
  let begin = oldest.createdAt;
  let end = await endOfPart(connection, list, begin);
  while (end !== null) {
    yield await readList(connection, between(list, { createdAfter: begin, createdBefore: end }));
    begin = end;
    end = await endOfPart(connection, list, begin);
  }
  yield await readList(connection, between(list, { createdAfter: begin }));
}

function isOnePart(
  { next, pages }: ReadPage<unknown>,
  { pagesOfAPart = PAGES_OF_A_PART }: { readonly pagesOfAPart?: number },
): boolean {
  return next === null || (pages !== null && pages <= pagesOfAPart);
}

/** When the last item of a part was created; `null`: the rest of the list is one part, or cannot be told apart by time. */
async function endOfPart<T extends Dated>(
  connection: Connection,
  list: DatedList<T>,
  begin: string,
): Promise<string | null> {
  const rest = between(list, { createdAfter: begin });
  const { items, next } = await readPage(connection, rest, list.pagesOfAPart ?? PAGES_OF_A_PART);
  const end = items.at(-1)?.createdAt ?? null;
  return next === null || end === begin ? null : end;
}

type List<T extends Dated> = Parameters<typeof readList<T>>[1];

function between<T extends Dated>({ fetchPage, ...list }: DatedList<T>, created: CreatedBetween): List<T> {
  return { ...list, fetchPage: (page) => fetchPage(page, created) };
}

/** The same list, whose first page is fetched once for the first two that ask for it. */
function sharingFirstPage<T extends Dated>(list: List<T>): List<T> {
  let shared: Promise<unknown> | null = null;
  return {
    ...list,
    fetchPage: (page) => {
      if (page.page !== 1) return list.fetchPage(page);
      const answer = shared ?? list.fetchPage(page);
      shared = shared === null ? answer : null;
      return answer;
    },
  };
}
