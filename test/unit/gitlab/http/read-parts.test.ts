import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Connection, PageOptions } from '#gitlab/http/connection.ts';
import { type CreatedBetween, readParts } from '#gitlab/http/read-parts.ts';

interface Item {
  readonly id: number;
  readonly createdAt: string;
}

interface Asked extends CreatedBetween {
  readonly page: number;
}

const MOST_COUNTED = 120;
const PAGE_SIZE = 2;
const Items = z.object({ id: z.number(), createdAt: z.string() });

/** Items created at the given seconds; the same second is the same instant. */
function itemsAt(seconds: readonly number[]): Item[] {
  return seconds.map((second, index) => ({
    id: index + 1,
    createdAt: new Date(Date.parse('2026-03-02T09:00:00Z') + second * 1_000).toISOString(),
  }));
}

const inSeconds = (count: number): Item[] => itemsAt(Array.from({ length: count }, (_, second) => second));

/** A GitLab that counts no long list. @param before what happens before the nth request is answered */
async function read(items: Item[], before: (nth: number) => void = () => {}, pagesOfAPart?: number) {
  const asked: Asked[] = [];
  const list = {
    what: 'GET /items',
    item: Items,
    ...(pagesOfAPart === undefined ? {} : { pagesOfAPart }),
    fetchPage: async ({ page }: PageOptions, between: CreatedBetween) => {
      asked.push({ page, ...between });
      before(asked.length);
      const { createdAfter = '', createdBefore = '9' } = between;
      const those = items.filter((one) => one.createdAt >= createdAfter && one.createdAt <= createdBefore);
      const pages = Math.ceil(those.length / PAGE_SIZE);
      const isCounted = those.length <= MOST_COUNTED;
      return {
        data: those.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE),
        paginationInfo: {
          next: page < pages ? page + 1 : null,
          total: isCounted ? those.length : Number.NaN,
          totalPages: isCounted ? pages : Number.NaN,
        },
      };
    },
  };
  const parts: (readonly Item[])[] = [];
  const connection = { pageSize: PAGE_SIZE } as Connection;
  for await (const part of readParts(connection, list)) parts.push(part);
  return { parts, asked, ids: parts.flat().map(({ id }) => id) };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('gitlab/http/read-parts', () => {
  it.each([0, 1, 3, 50])('reads a list of %i in one part, at the cost of its pages', async (count) => {
    const { parts, asked, ids } = await read(inSeconds(count));

    expect(ids).toEqual(upTo(count));
    expect(parts).toHaveLength(1);
    expect(asked).toHaveLength(Math.max(1, Math.ceil(count / PAGE_SIZE)));
  });

  it('reads a long list part by part, each counted, and never far from its beginning', async () => {
    const { parts, asked, ids } = await read(inSeconds(500));

    expect([...new Set(ids)]).toEqual(upTo(500));
    expect(Math.max(...parts.map(({ length }) => length))).toBe(50);
    expect(Math.max(...asked.map(({ page }) => page))).toBe(25);
    // A request for each of eleven parts, one at the beginning, and an item twice at each border.
    expect(asked.length).toBeLessThanOrEqual(500 / PAGE_SIZE + 11 + 1 + 5);
  });

  it('reads a list of long items in the smaller parts that it asks for', async () => {
    const { parts, asked, ids } = await read(inSeconds(100), () => {}, 8);

    expect([...new Set(ids)]).toEqual(upTo(100));
    expect(Math.max(...parts.map(({ length }) => length))).toBe(16);
    expect(Math.max(...asked.map(({ page }) => page))).toBe(8);
  });

  it('loses nothing where many were created at the instant between two parts', async () => {
    const seconds = Array.from({ length: 300 }, (_, index) => Math.floor(index / 7));
    const { ids } = await read(itemsAt(seconds));

    expect(new Set(ids)).toEqual(new Set(upTo(300)));
  });

  it('reads what was all created at one instant, however long it is', async () => {
    const { ids } = await read(itemsAt(Array.from({ length: 300 }, () => 0)));

    expect(new Set(ids)).toEqual(new Set(upTo(300)));
  });

  it('reads a part again in which something was deleted meanwhile, so that nothing slips through', async () => {
    const items = inSeconds(300);
    const { ids } = await read(items, (nth) => {
      // In the middle of the second part, from its beginning: its later pages move.
      if (nth === 40) items.splice(52, 1);
    });

    expect(upTo(300).filter((id) => !ids.includes(id))).toEqual([53]);
  });

  it('sees what is created while it reads', async () => {
    const items = inSeconds(300);
    const { ids } = await read(items, (nth) => {
      if (nth === 40) items.push(...inSeconds(302).slice(300));
    });

    expect(new Set(ids)).toEqual(new Set(upTo(302)));
  });
});
