import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { GitLabUnavailableError, UnexpectedResponseError } from '#domain/base/errors.ts';
import { type ActualEpic, PREMIUM } from '#domain/engagement/state.ts';
import { createGitLab } from '#gitlab/engagement/create-gitlab.ts';
import { freeHost, join } from '#test/support/in-process-network.ts';
import { json, type RawServer, type Respond, type Seen, startRawServer } from '#test/support/raw-server.ts';

let server: RawServer | undefined;
let leave = (): void => {};

afterEach(async () => {
  leave();
  await server?.close();
  server = undefined;
});

interface Row {
  readonly id: number;
  readonly labels?: readonly string[];
  readonly [field: string]: unknown;
}

function item(id: number, labels: readonly string[]): Row {
  return {
    id,
    iid: id - 100,
    title: `Item ${id}`,
    description: '',
    state: 'opened',
    labels,
    web_url: 'https://gitlab.test/x',
    references: { full: `x#${id}` },
    author: { id: 1, username: 'bot' },
    created_at: '2026-03-02T09:00:00Z',
    updated_at: '2026-03-02T09:00:00Z',
    project_id: 61,
  };
}

/** Answers one page as GitLab does; `totals: false` as it does for very long lists. */
function sendPage(response: ServerResponse, seen: Seen, rows: readonly Row[], totals = true): void {
  const query = new URL(seen.url, 'http://x').searchParams;
  const page = Number(query.get('page') ?? 1);
  const size = Number(query.get('per_page') ?? 20);
  const pages = Math.max(1, Math.ceil(rows.length / size));
  json(response, 200, rows.slice((page - 1) * size, page * size), {
    'x-page': String(page),
    'x-per-page': String(size),
    'x-next-page': page < pages ? String(page + 1) : '',
    ...(totals ? { 'x-total': String(rows.length), 'x-total-pages': String(pages) } : {}),
  });
}

function withLabel(rows: readonly Row[], seen: Seen): readonly Row[] {
  const wanted = new URL(seen.url, 'http://x').searchParams.get('labels');
  return wanted === null ? rows : rows.filter((row) => row.labels?.includes(wanted));
}

async function reader(respond: Respond, pageSize = 100) {
  server = await startRawServer(respond);
  return connect(server.url, pageSize);
}

function connect(host: string, pageSize: number) {
  return createGitLab({
    host,
    token: 'secret',
    group: 'services',
    project: 'services/engagements',
    pageSize,
    sleep: async () => {},
  });
}

/** A group with epics and issues of `count` engagements, `steps` issues each. */
function group(count: number, steps: number) {
  const keys = Array.from({ length: count }, (_, index) => `SOW-${index + 1}`);
  const epics = keys.map((key, index) => item(1000 + index, [key, 'process::delivery']));
  const issues = keys.flatMap((key, index) =>
    Array.from({ length: steps }, (_, step) => item(100_000 + index * steps + step, [key, `step::${step}`])),
  );
  return { keys, epics, issues };
}

const epics = (seen: Seen) => seen.url.includes('/epics');

describe('gitlab/engagement/create-gitlab', () => {
  describe('lists', () => {
    const rows = Array.from({ length: 7 }, (_, index) => item(101 + index, ['SOW-1']));

    it.each([true, false])('reads every page, in order (totals told: %s)', async (totals) => {
      const gitlab = await reader((response, seen) => sendPage(response, seen, rows, totals), 2);

      const state = await gitlab.readEngagement('SOW-1');

      expect(state.epics.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
      expect(state.issues).toHaveLength(7);
      expect(server?.seen).toHaveLength(8);
    });

    it('fails whole when one page fails', async () => {
      const gitlab = await reader(
        (response, seen) =>
          seen.url.includes('page=3&') ? json(response, 500, {}) : sendPage(response, seen, rows),
        2,
      );

      await expect(gitlab.readEngagement('SOW-1')).rejects.toBeInstanceOf(GitLabUnavailableError);
    });

    it.each<[string, (page: number) => Record<string, string>, (page: number) => number, RegExp]>([
      [
        'names the same page again and again',
        () => ({ 'x-next-page': '2' }),
        (page) => page,
        /page 2 .* again/,
      ],
      [
        'names an earlier page',
        (page) => ({ 'x-next-page': page === 3 ? '1' : `${page + 1}` }),
        (page) => page,
        /page 1 .* again/,
      ],
      [
        'answers every page alike',
        (page) => ({ 'x-next-page': `${page + 1}` }),
        () => 1,
        /page 2 holds what/,
      ],
      [
        'counts more pages than there can be',
        () => ({ 'x-next-page': '2', 'x-total-pages': '1000000000' }),
        (page) => page,
        /1000000000 pages/,
      ],
      [
        'always names one more',
        (page) => ({ 'x-next-page': `${page + 1}` }),
        (page) => page,
        /page 2001 is named/,
      ],
    ])('end with an error that names the list where the server %s', async (_, headers, idOn, expected) => {
      // Two thousand pages: without sockets.
      const host = freeHost();
      leave = join(host, async ({ url }) => {
        const page = Number(/[?&]page=(\d+)/.exec(url)?.[1] ?? '1');
        return Response.json([item(idOn(page), ['SOW-1'])], { headers: headers(page) });
      });
      const gitlab = connect(`http://${host}`, 1);

      const failure = await gitlab.readEngagement('SOW-1').catch((error: unknown) => error);

      expect(failure).toBeInstanceOf(UnexpectedResponseError);
      expect(String(failure)).toMatch(/GET \/\S*(?:epics|issues)/);
      expect(String(failure)).toMatch(expected);
    });

    it('goes on after a page whose items may not be seen', async () => {
      const gitlab = await reader((response, seen) => {
        const page = Number(/[?&]page=(\d+)/.exec(seen.url)?.[1] ?? '1');
        json(response, 200, page === 2 ? [] : [item(page, ['SOW-1'])], {
          'x-next-page': page < 3 ? `${page + 1}` : '',
        });
      }, 1);

      expect((await gitlab.readEngagement('SOW-1')).epics.map(({ id }) => id)).toEqual([1, 3]);
    });

    it('keeps one of an item that moved onto the next page', async () => {
      const grown = [item(99, ['SOW-1']), ...rows];
      const gitlab = await reader(
        (response, seen, count) => sendPage(response, seen, count === 1 ? rows : grown, false),
        2,
      );

      const ids = (await gitlab.readEngagement('SOW-1')).epics.map(({ id }) => id);

      expect(new Set(ids).size).toBe(ids.length);
    });

    it('reads again when an item vanished between two pages, and gives up when it goes on', async () => {
      const once = await reader((response, seen, count) => {
        // The first page is gone and the rest moved up: item 103 is on no page any more.
        const isSecondPage = seen.url.includes('page=2&') && count === 2;
        if (isSecondPage) json(response, 200, [rows[3]], { 'x-next-page': '', 'x-total': '3' });
        else sendPage(response, seen, rows.slice(0, 4));
      }, 2);
      expect((await once.readEngagement('SOW-1')).epics).toHaveLength(4);
      await server?.close();

      const always = await reader((response) =>
        json(response, 200, [rows[0]], { 'x-next-page': '', 'x-total': '2' }),
      );
      await expect(always.readEngagement('SOW-1')).rejects.toThrow('changed while it was read');
    });
  });

  describe('readEngagement', () => {
    it('asks once when there is no epic, unless always is wanted', async () => {
      const gitlab = await reader((response, seen) => sendPage(response, seen, []));

      expect(await gitlab.readEngagement('SOW-9')).toEqual({
        engagement: 'SOW-9',
        epics: [],
        issues: [],
        capabilities: PREMIUM,
      });
      expect(server?.seen).toHaveLength(1);
      await gitlab.readEngagement('SOW-9', { always: true });

      expect(server?.seen).toHaveLength(3);
    });

    it('asks for open and closed epics of the group itself, then for the issues', async () => {
      const {
        epics: [epic],
        issues,
      } = group(1, 3);
      const gitlab = await reader((response, seen) =>
        sendPage(response, seen, epics(seen) ? [epic as Row] : issues),
      );

      const state = await gitlab.readEngagement('SOW-1');

      expect(state.issues).toHaveLength(3);
      expect(server?.seen.map(({ url }) => url)).toEqual([
        '/api/v4/groups/services/epics?labels=SOW-1&state=all&order_by=created_at&sort=asc&include_descendant_groups=false&page=1&per_page=100',
        '/api/v4/projects/services%2Fengagements/issues?labels=SOW-1&state=all&scope=all&order_by=created_at&sort=asc&page=1&per_page=100',
      ]);
    });
  });

  describe('readAll', () => {
    it('reads 500 engagements of 12 issues with few requests', async () => {
      const all = group(500, 12);
      const foreign = item(5, ['bug']);
      const gitlab = await reader((response, seen) =>
        sendPage(response, seen, epics(seen) ? withLabel(all.epics, seen) : [foreign, ...all.issues]),
      );

      const states = [...(await gitlab.readAll())];

      expect(states.map(({ engagement }) => engagement)).toEqual(all.keys);
      expect(states.every((state) => state.epics.length === 1 && state.issues.length === 12)).toBe(true);
      expect(server?.seen.length).toBeLessThanOrEqual(70);
    });

    it('asks twice when nothing changed', async () => {
      const gitlab = await reader((response, seen) => sendPage(response, seen, []));

      expect(await gitlab.readAll({ updatedAfter: '2026-03-02T09:00:00Z' })).toEqual([]);
      expect(server?.seen).toHaveLength(2);
    });

    it('reads every changed engagement fully, whatever its process', async () => {
      const all = group(3, 2);
      const other = item(2000, ['SOW-77', 'process::other']);
      const gitlab = await reader((response, seen) => {
        const rows = epics(seen) ? [...all.epics, other] : all.issues;
        if (!seen.url.includes('updated_after')) return sendPage(response, seen, withLabel(rows, seen));
        return sendPage(response, seen, epics(seen) ? [other] : [all.issues[2] as Row]);
      });

      const states = [...(await gitlab.readAll({ updatedAfter: '2026-03-02T09:00:00Z' }))];

      expect(states.map(({ engagement, issues }) => [engagement, issues.length])).toEqual([
        ['SOW-77', 0],
        ['SOW-2', 2],
      ]);
    });

    it('reads everything once when very many changed', async () => {
      const all = group(60, 2);
      const gitlab = await reader((response, seen) =>
        sendPage(response, seen, withLabel(epics(seen) ? all.epics : all.issues, seen)),
      );

      const states = [...(await gitlab.readAll({ updatedAfter: '2026-03-02T09:00:00Z' }))];

      expect(states).toHaveLength(60);
      expect(server?.seen.length).toBeLessThanOrEqual(8);
    });
  });

  it('asks for the notes of an epic by its id, and leaves system notes out', async () => {
    const note = (id: number, system: boolean) => ({
      id,
      system,
      body: `${id}`,
      author: { id: 1, username: 'bot' },
      created_at: '2026-03-02T09:00:00Z',
    });
    const gitlab = await reader((response, seen) =>
      sendPage(response, seen, [note(1, true), note(2, false)]),
    );

    const notes = await gitlab.readNotes({ kind: 'epic', id: 901, iid: 4 } as ActualEpic);

    expect(notes.map(({ id }) => id)).toEqual([2]);
    expect(server?.seen[0]?.url).toMatch(/^\/api\/v4\/groups\/services\/epics\/901\/notes\?/);
  });

  describe('what does not change', () => {
    it('is asked for once, also by many at the same time', async () => {
      const gitlab = await reader((response, seen) => {
        if (seen.url.includes('/labels'))
          return sendPage(response, seen, [{ id: 1, name: 'step::kick-off' }]);
        if (seen.url.includes('/members/all'))
          return json(response, 200, seen.url.includes('=ada') ? [{ id: 5, username: 'Ada' }] : []);
        return json(response, 200, { id: 1, username: 'bot' });
      });

      await Promise.all([
        gitlab.readLabels(),
        gitlab.readLabels(),
        gitlab.whoAmI(),
        gitlab.whoAmI(),
        gitlab.findMember('ada'),
        gitlab.findMember('Ada'),
      ]);
      expect(await gitlab.findMember('ada')).toEqual({ id: 5, username: 'Ada' });
      await gitlab.createLabel({ name: 'SOW-1', color: '#FF0000', description: '' });

      expect(await gitlab.readLabels()).toEqual(new Set(['step::kick-off', 'SOW-1']));
      expect(server?.seen).toHaveLength(4);
    });

    it('is asked for again while nobody has the username yet', async () => {
      const gitlab = await reader((response, _seen, count) =>
        json(response, 200, count > 1 ? [{ id: 5, username: 'ada' }] : []),
      );

      expect(await gitlab.findMember('ada')).toBeNull();
      expect(await gitlab.findMember('ada')).toEqual({ id: 5, username: 'ada' });
    });

    it('is asked for again after a failure', async () => {
      const gitlab = await reader((response, _seen, count) =>
        count === 1 ? json(response, 401, {}) : json(response, 200, { id: 1, username: 'bot' }),
      );

      await expect(gitlab.whoAmI()).rejects.toThrow('GITLAB_TOKEN');

      expect(await gitlab.whoAmI()).toEqual({ id: 1, username: 'bot', isBot: false });
    });

    it.each([
      [{ username: 'renovate', bot: true }, true],
      [{ username: 'eli', bot: false }, false],
      [{ username: 'group_7_bot_a1b2' }, true],
      [{ username: 'project_14_bot1' }, true],
      [{ username: 'my_group_7_bot_x' }, false],
      [{ username: 'group_7_bot_a1b2', bot: false }, false],
    ])('tells whether a bot is behind the token: %j', async (user, isBot) => {
      const gitlab = await reader((response) => json(response, 200, { id: 1, ...user }));

      expect(await gitlab.whoAmI()).toEqual({ id: 1, username: user.username, isBot });
    });
  });
});
