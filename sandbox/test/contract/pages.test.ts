import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { createOperations } from '#sandbox/create-operations.ts';
import { createHooks } from '#sandbox/hooks.ts';
import { createLimits } from '#sandbox/limits.ts';
import { newWorld, takeId } from '#sandbox/new-world.ts';
import type { Operations } from '#sandbox/operations.ts';
import { createPages } from '#sandbox/pages/create-pages.ts';
import { arrange } from '#sandbox/pages/dependency-layout.ts';
import type { AccessLevel, Epic, Group, Issue, Project, User, World } from '#sandbox/world.ts';

const NOW = '2026-11-23T09:00:00.000Z';

/** A small world: one private group with a manager, an engineer and a guest, one project, one epic. */
function aWorld(baseUrl = 'http://sandbox.test') {
  const world = newWorld('premium', baseUrl);
  const group: Group = {
    id: takeId(world, 'group'),
    path: 'acme',
    name: 'Acme',
    visibility: 'private',
    members: new Map(),
  };
  const project: Project = {
    id: takeId(world, 'project'),
    groupId: group.id,
    path: 'delivery',
    name: 'Delivery',
    members: new Map(),
    nextIid: 1,
  };
  world.groups.push(group);
  world.projects.push(project);
  const addUser = (username: string, name: string, level: AccessLevel | null, bot = false): User => {
    const user: User = { id: takeId(world, 'user'), username, name, bot, state: 'active' };
    world.users.push(user);
    if (level !== null) group.members.set(user.id, level);
    return user;
  };
  addUser('procession-bot', 'Procession', 40, true);
  const mira = addUser('mira', 'Mira Manager', 40);
  const eli = addUser('eli', 'Eli Engineer', 30);
  addUser('gina', 'Gina Guest', 10);
  addUser('otto', 'Otto Outside', null);
  const addLabel = (name: string, color = '#1f78d1'): number => {
    const id = takeId(world, 'label');
    world.labels.push({ id, groupId: group.id, projectId: null, name, color, description: null });
    return id;
  };
  const common = {
    authorId: mira.id,
    createdAt: NOW,
    updatedAt: NOW,
    state: 'opened' as const,
    labelIds: [] as number[],
    description: '',
    confidential: false,
    closedAt: null,
    closedById: null,
    dueDate: null,
  };
  const epic: Epic = {
    ...common,
    kind: 'epic',
    id: takeId(world, 'epic'),
    iid: 1,
    workItemId: takeId(world, 'workItem'),
    groupId: group.id,
    title: 'SOW-1042 Borealis',
    startDate: null,
    labelIds: [],
  };
  world.epics.push(epic);
  const addIssue = (title: string, fields: Partial<Issue> = {}): Issue => {
    const issue: Issue = {
      ...common,
      kind: 'issue',
      id: takeId(world, 'workItem'),
      iid: project.nextIid++,
      projectId: project.id,
      title,
      assigneeIds: [],
      weight: null,
      epicId: epic.id,
      epicIssueId: 1,
      labelIds: [],
      ...fields,
    };
    world.issues.push(issue);
    return issue;
  };
  const block = (source: Issue, target: Issue): void => {
    world.links.push({
      id: takeId(world, 'link'),
      sourceId: source.id,
      targetId: target.id,
      type: 'blocks',
      createdAt: NOW,
    });
  };
  return { world, group, project, epic, mira, eli, addLabel, addIssue, addUser, block };
}

/** The stand-in's own operations; webhooks go nowhere. */
function realOperations(world: World): Operations {
  const now = (): Date => new Date(NOW);
  const deliver = async (): Promise<Response> => new Response('ok');
  return createOperations({
    world,
    now,
    hooks: createHooks({ world, now, deliver }),
    limits: createLimits(now),
    announce: () => {},
  });
}

function userNamed(world: World, username: string): User {
  const user = world.users.find((it) => it.username === username);
  if (user === undefined) throw new Error(`no user ${username}`);
  return user;
}

function open(world: World) {
  const app = createPages({
    world,
    operations: realOperations(world),
    user: (username) => userNamed(world, username),
    now: () => new Date(NOW),
  });
  const headersFor = (username: string | null): Record<string, string> =>
    username === null ? {} : { cookie: `sandbox_user=${username}` };
  const ask = (path: string, username: string | null = null) =>
    app.request(path, { headers: headersFor(username) });
  const send = (
    path: string,
    fields: Record<string, string> | [string, string][],
    username: string | null = null,
    headers = {},
  ) =>
    app.request(path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { ...headersFor(username), ...headers },
    });
  return {
    app,
    send,
    ask,
    page: async (path: string, username: string | null = null) => (await ask(path, username)).text(),
  };
}

/** Visible text: without tags, and with single spaces. */
function words(page: string): string {
  return page
    .replaceAll(/<script>[^]*?<\/script>/gu, '')
    .replaceAll(/<[^>]*>/gu, ' ')
    .replaceAll(/\s+/gu, ' ');
}

function taskButtons(page: string): string[] {
  return [...page.matchAll(/name="task" value="([^"]+)"/gu)].map((match) => match[1] ?? '');
}

describe('sandbox/pages', () => {
  describe('what a visitor reads', () => {
    test('leads from the groups to epics with labels and progress', async () => {
      const { world, epic, addIssue, addLabel } = aWorld();
      epic.labelIds = [addLabel('process::delivery')];
      addIssue('Kick-off', { state: 'closed' });
      addIssue('Project summary');
      const { page } = open(world);

      expect(await page('/')).toContain('href="/groups/acme"');
      const group = await page('/groups/acme');
      expect(words(group)).toContain('1 of 2 closed');
      expect(group).toContain('href="/groups/acme/-/epics/1"');
      expect(group).toContain(
        '<span class="scope">process</span><span class="vh">::</span><span class="value">delivery</span>',
      );
    });

    test('shows the children of an epic in its order, each with state, workflow, people and due date', async () => {
      const { world, eli, addIssue, addLabel } = aWorld();
      const ready = addLabel('workflow::ready');
      addIssue('Intake', {
        labelIds: [ready],
        assigneeIds: [eli.id],
        dueDate: '2026-11-20',
        epicPosition: 0,
      });
      addIssue('Kick-off', { state: 'closed', closedAt: NOW, epicPosition: -513 });
      const { page } = open(world);

      const shown = words(await page('/groups/acme/-/epics/1'));

      expect(shown).toMatch(
        /#2 Kick-off Closed .*#1 Intake Open workflow :: ready .*Eli Engineer 20 Nov 2026 overdue by 3 days/u,
      );
    });

    test('draws the order of work with links, state in words and the same as a list', async () => {
      const { world, addIssue, addLabel, block } = aWorld();
      const first = addIssue('Kick-off');
      block(first, addIssue('Intake', { labelIds: [addLabel('workflow::blocked')] }));
      const { page } = open(world);

      const shown = await page('/groups/acme/-/epics/1');

      expect(shown).toContain('<title id="picture-title">');
      expect(shown).toMatch(
        /<a class="k-blocked" href="\/acme\/delivery\/-\/issues\/2" aria-label="#2 Intake: blocked">/u,
      );
      expect(words(shown)).toContain('#2 Intake: blocked; waits for #1');
    });

    test('shows links of an issue in both directions, and warns before closing a blocked one', async () => {
      const { world, addIssue, block } = aWorld();
      const [one, two, three] = [addIssue('One'), addIssue('Two'), addIssue('Three')];
      block(one, two);
      block(two, three);
      const { page } = open(world);

      const shown = words(await page('/acme/delivery/-/issues/2'));

      expect(shown).toMatch(/Is blocked by #1 One \(open\) .*Blocks #3 Three \(open\)/u);
      expect(shown).toMatch(/Blocked by #1 . GitLab only warns/u);
    });

    test('tells what happened in the order of time', async () => {
      const { world, mira, addIssue, addLabel } = aWorld();
      const issue = addIssue('One');
      const about = { kind: 'issue', id: issue.id } as const;
      const at = (minute: number): string => `2026-11-23T08:0${minute}:00.000Z`;
      const labelId = addLabel('workflow::ready');
      world.notes.push({
        id: 1,
        target: about,
        authorId: mira.id,
        discussionId: 'd',
        system: false,
        createdAt: at(2),
        updatedAt: at(2),
        body: 'Why **so** soon?',
      });
      world.notes.push({
        id: 2,
        target: about,
        authorId: mira.id,
        discussionId: 'e',
        system: true,
        createdAt: at(4),
        updatedAt: at(4),
        body: 'assigned to @eli',
      });
      world.events.push({
        id: 1,
        userId: mira.id,
        target: about,
        createdAt: at(1),
        change: { kind: 'state', state: 'closed' },
      });
      world.events.push({
        id: 2,
        userId: mira.id,
        target: about,
        createdAt: at(3),
        change: { kind: 'label', action: 'add', labelId },
      });
      const { page } = open(world);

      const shown = words(await page('/acme/delivery/-/issues/1'));

      expect(shown).toMatch(
        /Mira Manager closed · .*Why so soon\?.*added label workflow :: ready.*assigned to @eli/u,
      );
    });

    test('filters issues by label, state, assignee and words', async () => {
      const { world, eli, addIssue, addLabel } = aWorld();
      const sow = addLabel('SOW-1042');
      addIssue('Kick-off one', { labelIds: [sow], assigneeIds: [eli.id] });
      addIssue('Kick-off two', { labelIds: [sow], state: 'closed' });
      addIssue('Elsewhere');
      const { page } = open(world);
      const titles = async (query: string): Promise<string[]> =>
        [...(await page(`/acme/delivery/-/issues${query}`)).matchAll(/class="title"[^>]*>([^<]*)/gu)].map(
          (match) => match[1] ?? '',
        );

      expect(await titles('?label_name[]=SOW-1042')).toEqual(['Kick-off one']);
      expect(await titles('?label_name[]=SOW-1042&state=all')).toEqual(['Kick-off two', 'Kick-off one']);
      expect(await titles('?state=closed')).toEqual(['Kick-off two']);
      expect(await titles('?assignee_username=eli')).toEqual(['Kick-off one']);
      expect(await titles('?search=ELSE')).toEqual(['Elsewhere']);
    });

    test('hides private groups from strangers and confidential issues from guests, without saying which', async () => {
      const { world, addIssue } = aWorld();
      addIssue('Secret margin', { confidential: true });
      const { ask, page } = open(world);

      expect((await ask('/groups/acme', 'otto')).status).toBe(404);
      expect((await ask('/acme/delivery/-/issues/1', 'gina')).status).toBe(404);
      expect(await page('/groups/acme/-/epics/1', 'gina')).not.toContain('Secret margin');
      expect(await page('/acme/delivery/-/issues', 'eli')).toContain('Secret margin');
      expect(await page('/nowhere/at/all')).toContain('href="/groups/acme"');
    });

    test('carries the path of the base URL in every address', async () => {
      const { world, addIssue } = aWorld('http://sandbox.test/gitlab');
      addIssue('Kick-off');
      const { page } = open(world);

      for (const path of [
        '/',
        '/groups/acme',
        '/groups/acme/-/epics/1',
        '/acme/delivery/-/issues/1',
        '/groups/acme/-/boards',
        '/none',
      ]) {
        const found = [...(await page(path)).matchAll(/(?:href|action|data-poll)="([^"]*)"/gu)].map(
          (match) => match[1] ?? '',
        );
        expect(
          found.filter((it) => !it.startsWith('/gitlab/') && !it.startsWith('#') && it !== 'data:,'),
        ).toEqual([]);
      }
    });

    test('works below a path, where forms come back to the same page', async () => {
      const { world, addIssue } = aWorld('http://sandbox.test/gitlab');
      const issue = addIssue('Kick-off');
      const outer = new Hono().route('/gitlab', open(world).app);
      const body = new URLSearchParams({ do: 'close', comment: '' });

      const answer = await outer.request('/gitlab/acme/delivery/-/issues/1?from=mail', {
        method: 'POST',
        body,
      });

      expect([answer.status, answer.headers.get('location')]).toEqual([
        303,
        '/gitlab/acme/delivery/-/issues/1?from=mail',
      ]);
      expect(issue.state).toBe('closed');
      for (const home of ['/gitlab', '/gitlab/']) expect((await outer.request(home)).status).toBe(200);
      expect((await outer.request('/gitlab/groups/acme/')).status).toBe(404);
      expect((await outer.request('/gitlab/api/v4/none')).headers.get('content-type')).toContain(
        'text/plain',
      );
    });

    test('leaves addresses of the API to the API', async () => {
      const { world } = aWorld();
      const { app } = open(world);
      app.get('/api/v4/version', (context) => context.json({ version: '18.6.0' }));

      const answer = await app.request('/api/v4/version');

      expect([answer.status, answer.headers.get('content-security-policy')]).toEqual([200, null]);
    });
  });

  describe('what a visitor does', () => {
    test('acts as the first manager until another person is chosen', async () => {
      const { world } = aWorld();
      const { page, send } = open(world);

      const answer = await send('/-/sandbox/act-as', { user: 'eli', back: '/groups/acme' });

      expect(await page('/')).toContain('<option value="mira" selected');
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/groups/acme']);
      expect(answer.headers.get('set-cookie')).toMatch(
        /sandbox_user=eli; Path=\/; HttpOnly; SameSite=Strict/u,
      );
      expect(await page('/', 'eli')).toContain('<option value="eli" selected');
    });

    test('returns only to places of this site', async () => {
      const { world } = aWorld();
      const { send } = open(world);

      for (const back of ['https://evil.test/', '//evil.test', '/\\evil.test', '']) {
        const answer = await send('/-/sandbox/act-as', { user: 'eli', back });
        expect(answer.headers.get('location')).toBe('/');
      }
    });

    test('ticks and unticks a box, counting as GitLab counts: not in code, also nested', async () => {
      const { world, addIssue } = aWorld();
      const issue = addIssue('One', {
        description: '```\n- [ ] code\n```\n\n- [ ] first\n  - [x] second\n1. [ ] third',
      });
      const { page, send } = open(world);
      const [first, second] = taskButtons(await page('/acme/delivery/-/issues/1'));

      await send('/acme/delivery/-/issues/1', { do: 'toggle', task: second ?? '' });
      const answer = await send('/acme/delivery/-/issues/1', { do: 'toggle', task: first ?? '' });

      expect(answer.status).toBe(303);
      expect(issue.description).toBe('```\n- [ ] code\n```\n\n- [x] first\n  - [ ] second\n1. [ ] third');
    });

    test('does not tick another box when the list has changed meanwhile', async () => {
      const { world, addIssue } = aWorld();
      const issue = addIssue('One', { description: '- [ ] first' });
      const { page, send } = open(world);
      const [first] = taskButtons(await page('/acme/delivery/-/issues/1'));
      issue.description = '- [ ] new\n- [ ] first';

      const answer = await send('/acme/delivery/-/issues/1', { do: 'toggle', task: first ?? '' });

      expect([answer.status, issue.description]).toEqual([409, '- [ ] new\n- [ ] first']);
    });

    test('closes with a comment and reopens', async () => {
      const { world, addIssue } = aWorld();
      const issue = addIssue('One');
      const { send } = open(world);

      await send('/acme/delivery/-/issues/1', { do: 'close', comment: 'All done.\r\nReally.' });
      expect([issue.state, world.notes[0]?.body]).toEqual(['closed', 'All done.\nReally.']);
      await send('/acme/delivery/-/issues/1', { do: 'reopen', comment: '' });
      expect([issue.state, world.notes.length]).toEqual(['opened', 1]);
    });

    test('shows a refusal with its status, and keeps what was typed', async () => {
      const { world, addIssue } = aWorld();
      const issue = addIssue('One', { description: 'Old' });
      const { page, send } = open(world);

      const closing = await send('/acme/delivery/-/issues/1', { do: 'close', comment: '' }, 'gina');
      const base = /name="base" value="([^"]+)"/u.exec(await page('/acme/delivery/-/issues/1'))?.[1] ?? '';
      const editing = await send('/acme/delivery/-/issues/1', {
        do: 'edit',
        base,
        title: ' ',
        description: 'Half a page of text',
      });

      expect([closing.status, issue.state]).toEqual([403, 'opened']);
      expect(words(await closing.text())).toContain(
        'Refused (403): This role may not close it; its state is as before. You act as Gina Guest (@gina).',
      );
      expect(editing.status).toBe(400);
      const again = await editing.text();
      expect(words(again)).toContain('title can&#39;t be blank');
      expect(again).toMatch(/<details id="edit" class="card" open>[^]*Half a page of text<\/textarea>/u);
      expect(issue.description).toBe('Old');
    });

    test('says so when GitLab silently leaves the state as it was', async () => {
      const { world, epic } = aWorld();
      const { send } = open(world);

      const answer = await send('/groups/acme/-/epics/1', { do: 'close', comment: '' }, 'gina');

      expect([answer.status, epic.state]).toEqual([403, 'opened']);
      expect(words(await answer.text())).toContain('This role may not close it');
    });

    test('says so when GitLab drops a change without a word', async () => {
      const { world, addIssue, addLabel } = aWorld();
      addLabel('workflow::ready');
      const issue = addIssue('Asked by a guest', { authorId: userNamed(world, 'gina').id });
      const { page, send } = open(world);

      const answer = await send(
        '/acme/delivery/-/issues/1',
        { do: 'add-label', label: 'workflow::ready' },
        'gina',
      );

      expect([answer.status, issue.labelIds]).toEqual([303, []]);
      expect(words(await page(answer.headers.get('location') ?? '', 'gina'))).toContain(
        'Nothing has changed',
      );
    });

    test('does not overwrite a text that someone changed meanwhile', async () => {
      const { world, addIssue } = aWorld();
      const issue = addIssue('One', { description: 'Old' });
      const { page, send } = open(world);
      const base = /name="base" value="([^"]+)"/u.exec(await page('/acme/delivery/-/issues/1'))?.[1] ?? '';
      issue.description = 'By the engine';

      const answer = await send('/acme/delivery/-/issues/1', {
        do: 'edit',
        base,
        title: 'One',
        description: 'Mine',
      });

      expect([answer.status, issue.description]).toEqual([409, 'By the engine']);
      expect(await answer.text()).toContain('Mine</textarea>');
    });

    test('changes labels, people, dates, confidentiality and links', async () => {
      const { world, eli, addIssue, addLabel } = aWorld();
      const [old, fresh] = [addLabel('old'), addLabel('fresh')];
      const issue = addIssue('One', { labelIds: [old] });
      const other = addIssue('Two');
      const { send } = open(world);
      const path = '/acme/delivery/-/issues/1';

      await send(path, { do: 'add-label', label: 'fresh' });
      await send(path, { do: 'remove-label', label: 'old' });
      await send(path, { do: 'assign', assignee: String(eli.id) });
      await send(path, { do: 'dates', due: '2026-12-01' });
      await send(path, { do: 'confidential', confidential: 'yes' });
      await send(path, { do: 'link', type: 'is_blocked_by', target: '#2' });

      expect(issue).toMatchObject({
        labelIds: [fresh],
        assigneeIds: [eli.id],
        dueDate: '2026-12-01',
        confidential: true,
      });
      expect(world.links).toMatchObject([{ sourceId: other.id, targetId: issue.id, type: 'blocks' }]);
      await send(path, { do: 'unlink', link: String(world.links[0]?.id) });
      expect(world.links).toEqual([]);
    });

    test('tells when a comment was quick actions only', async () => {
      const { world, addIssue } = aWorld();
      addIssue('One');
      const { page, send } = open(world);

      const answer = await send('/acme/delivery/-/issues/1', { do: 'comment', comment: '/close' });

      expect(words(await page(answer.headers.get('location') ?? ''))).toContain(
        'quick actions of the comment were carried out',
      );
    });

    test('refuses forms from other sites', async () => {
      const { world, addIssue } = aWorld();
      const issue = addIssue('One');
      const { send } = open(world);
      const path = 'http://sandbox.test/acme/delivery/-/issues/1';
      const from = (headers: Record<string, string>) =>
        send(path, { do: 'close', comment: '' }, 'mira', headers);

      expect((await from({ origin: 'https://evil.test' })).status).toBe(403);
      expect((await from({ origin: 'null' })).status).toBe(403);
      expect((await from({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
      expect(issue.state).toBe('opened');
      expect((await from({ origin: 'http://sandbox.test' })).status).toBe(303);
    });
  });

  describe('board', () => {
    function aBoard() {
      const small = aWorld();
      const [blocked, ready] = [small.addLabel('workflow::blocked'), small.addLabel('workflow::ready')];
      const board = {
        id: takeId(small.world, 'board'),
        groupId: small.group.id,
        name: 'Delivery',
        lists: [
          { id: 1, labelId: ready, position: 1 },
          { id: 2, labelId: blocked, position: 0 },
        ],
      };
      const issue = small.addIssue('Kick-off', { labelIds: [blocked] });
      return { ...small, board, blocked, ready, issue };
    }

    function columns(page: string): string[] {
      return [...page.matchAll(/data-list="([^"]+)"/gu)].map((match) => match[1] ?? '');
    }

    test('shows the lists in their order between Open and Closed', async () => {
      const { world, board, blocked, ready, addIssue } = aBoard();
      world.boards.push(board);
      addIssue('No label');
      addIssue('Done', { state: 'closed', closedAt: NOW });
      const { page } = open(world);

      const shown = await page(`/groups/acme/-/boards/${board.id}`);

      expect(columns(shown)).toEqual(['opened', `label-${blocked}`, `label-${ready}`, 'closed']);
      expect(words(shown)).toMatch(
        /Open 1 issues No label .*blocked 1 issues Kick-off .*ready 0 issues .*Closed 1 issues Done/u,
      );
    });

    test('makes columns of the workflow labels where the group has no board', async () => {
      const { world, blocked, ready } = aBoard();
      const { page } = open(world);

      expect(columns(await page('/groups/acme/-/boards'))).toEqual([
        'opened',
        `label-${blocked}`,
        `label-${ready}`,
        'closed',
      ]);
    });

    test.each([
      ['another list', 'label-2', { labels: ['workflow::ready'], state: 'opened' }],
      ['Open', 'opened', { labels: [], state: 'opened' }],
      ['Closed', 'closed', { labels: [], state: 'closed' }],
    ])('moves a card to %s', async (_name, to, expected) => {
      const { world, board, blocked, ready, issue } = aBoard();
      world.boards.push(board);
      const { send } = open(world);
      const target = to === 'label-2' ? `label-${ready}` : to;

      const answer = await send(`/groups/acme/-/boards/${board.id}`, {
        do: 'move',
        issue: String(issue.id),
        from: `label-${blocked}`,
        to: target,
      });

      expect(answer.status).toBe(303);
      const names = issue.labelIds.map((id) => world.labels.find((label) => label.id === id)?.name);
      expect({ labels: names, state: issue.state }).toEqual(expected);
    });

    test.each(['closed', 'opened'])(
      'takes the labels of all lists of the board off a card moved to %s, and no other label',
      async (to) => {
        const { world, board, blocked, ready, addLabel, issue } = aBoard();
        const kept = ['role::engineer', 'workflow::waiting'].map((name) => addLabel(name));
        issue.labelIds = [blocked, ready, ...kept];
        world.boards.push(board);
        const { send } = open(world);

        const move = { do: 'move', issue: String(issue.id), from: `label-${blocked}`, to };
        await send(`/groups/acme/-/boards/${board.id}`, move);

        expect(issue.labelIds).toEqual(kept);
      },
    );

    test('takes role labels off a card moved to Closed where the board has lists of roles', async () => {
      const { world, board, blocked, addLabel, issue } = aBoard();
      const role = addLabel('role::engineer');
      issue.labelIds = [blocked, role];
      board.lists.push({ id: 3, labelId: role, position: 2 });
      world.boards.push(board);
      const { send } = open(world);

      const move = { do: 'move', issue: String(issue.id), from: `label-${role}`, to: 'closed' };
      await send(`/groups/acme/-/boards/${board.id}`, move);

      expect([issue.state, issue.labelIds]).toEqual(['closed', []]);
    });

    test('refuses a move by the author of an issue who may not administer it', async () => {
      const { world, board, blocked, addIssue } = aBoard();
      world.boards.push(board);
      const hers = addIssue('Hers', { authorId: userNamed(world, 'gina').id, labelIds: [blocked] });
      const { send } = open(world);

      const move = { do: 'move', issue: String(hers.id), from: `label-${blocked}`, to: 'closed' };
      const answer = await send(`/groups/acme/-/boards/${board.id}`, move, 'gina');

      expect([answer.status, hers.state, hers.labelIds]).toEqual([403, 'opened', [blocked]]);
    });

    test('orders a list by hand: as issues were moved, new ones at the end', async () => {
      const { world, board, blocked, addIssue } = aBoard();
      world.boards.push(board);
      addIssue('Second', { labelIds: [blocked], relativePosition: 513 });
      addIssue('First', { labelIds: [blocked], relativePosition: 0 });
      const { page } = open(world);

      expect(words(await page(`/groups/acme/-/boards/${board.id}`))).toMatch(/First .*Second .*Kick-off/u);
    });

    test('reopens a card that leaves Closed, and shows a refusal on the board', async () => {
      const { world, board, ready, addIssue } = aBoard();
      world.boards.push(board);
      const done = addIssue('Done', { state: 'closed', closedAt: NOW });
      const { send } = open(world);
      const move = { do: 'move', issue: String(done.id), from: 'closed', to: `label-${ready}` };

      const refused = await send('/groups/acme/-/boards', move, 'gina');
      expect([refused.status, done.state]).toEqual([403, 'closed']);
      expect(words(await refused.text())).toContain('Refused (403)');
      await send('/groups/acme/-/boards', move);
      expect([done.state, done.labelIds]).toEqual(['opened', [ready]]);
    });
  });

  describe('hostile text', () => {
    const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&`;

    test('stays text in titles, names, labels, comments and descriptions', async () => {
      const { world, epic, addIssue, addLabel, addUser } = aWorld();
      const label = addLabel(`workflow::${EVIL}`, 'red;} body{display:none');
      const user = addUser(EVIL, EVIL, 30);
      epic.title = EVIL;
      const issue = addIssue(EVIL, {
        labelIds: [label],
        assigneeIds: [user.id],
        description: `${EVIL}\n\n- [ ] ${EVIL}\n\n\`\`\`${EVIL}\n${EVIL}\n\`\`\`\n\n![${EVIL}](https://x.test/"onerror=1)`,
      });
      world.notes.push({
        id: 1,
        target: { kind: 'issue', id: issue.id },
        authorId: user.id,
        discussionId: 'd',
        system: false,
        createdAt: NOW,
        updatedAt: NOW,
        body: EVIL,
      });
      world.notes.push({
        id: 2,
        target: { kind: 'issue', id: issue.id },
        authorId: user.id,
        discussionId: 'd',
        system: true,
        createdAt: NOW,
        updatedAt: NOW,
        body: EVIL,
      });
      const { page, send } = open(world);
      const address = '/acme/delivery/-/issues/1';
      const shown = [
        ...(await Promise.all(
          [
            '/',
            '/groups/acme',
            '/groups/acme/-/epics/1',
            '/acme/delivery/-/issues',
            address,
            '/groups/acme/-/boards',
            `/${encodeURIComponent(EVIL)}`,
          ].map((path) => page(path)),
        )),
        await page(
          `/acme/delivery/-/issues?search=${encodeURIComponent(EVIL)}&label_name[]=${encodeURIComponent(EVIL)}&assignee_username=${encodeURIComponent(EVIL)}`,
        ),
        await (await send(address, { do: 'edit', base: EVIL, title: EVIL, description: EVIL })).text(),
      ];

      for (const text of shown) {
        expect(text.match(/<script/gu)).toHaveLength(1);
        const tags = text.replace(/<script>[^]*?<\/script>/u, '').replaceAll(/"[^"]*"/gu, '""');
        expect(tags).not.toMatch(/<img|<[^>]*\son\w+=/u);
      }
      expect(await page('/-/sandbox/labels.css')).not.toContain('body');
    });

    test('makes links only to the web, to mail and to this site', async () => {
      const { world, addIssue } = aWorld();
      addIssue('One', {
        description:
          '[a](javascript:alert(1)) [b](data:text/html,x) [c](//evil.test) [d](https://fine.test) [e](mailto:a@b.test) <javascript:alert(1)> [f](/acme) [g](vbscript:x) [h](/\\evil.test)',
      });
      const { page } = open(world);

      const description =
        /<div class="md">[^]*?<form/u.exec(await page('/acme/delivery/-/issues/1'))?.[0] ?? '';

      expect([...description.matchAll(/href="([^"]*)"/gu)].map((match) => match[1])).toEqual([
        'https://fine.test',
        'mailto:a@b.test',
        '/acme',
        '/%5Cevil.test',
      ]);
    });

    test('hides comments, allows disclosures and nothing else, and keeps them inside the description', async () => {
      const { world, addIssue } = aWorld();
      addIssue('One', {
        description:
          '<!-- marker\nstill -->\n\nbefore <!-- inline --> after\n\n</details></div>\n\n<details open><summary>More <b>facts</b></summary>\n\n- [ ] inside\n\n- <details>\n\n  never closed\n\n<details onclick="x"> raw <style>',
      });
      const { page } = open(world);

      const description =
        /<div class="md">([^]*?)<\/div><form method="post" id="tick-tasks"/u.exec(
          await page('/acme/delivery/-/issues/1'),
        )?.[1] ?? '';

      expect(description).not.toMatch(/marker|still|inline|<b>|<style|<details onclick/u);
      expect(description).toContain('<details open><summary>More facts</summary>');
      expect(description).toContain('&lt;details onclick=');
      expect(description.match(/<details/gu)).toHaveLength(2);
      expect(description.match(/<\/details>/gu)).toHaveLength(2);
    });

    test('links references that mean something, and leaves escaped ones and code alone', async () => {
      const { world, epic, addIssue, addLabel } = aWorld();
      addLabel('workflow::in progress');
      addIssue('One', { state: 'closed' });
      epic.description =
        'See acme/delivery#1, acme/delivery#99, &1, acme&1, @eli, @nobody, mail@eli, ~"workflow::in progress", \\&1 and `&1`.';
      const { page } = open(world);

      const description = /<div class="md">[^]*?<form/u.exec(await page('/groups/acme/-/epics/1'))?.[0] ?? '';

      expect([...description.matchAll(/href="([^"]*)"/gu)].map((match) => match[1])).toEqual([
        '/acme/delivery/-/issues/1',
        '/groups/acme/-/epics/1',
        '/groups/acme/-/epics/1',
        '/eli',
        '/groups/acme?label_name%5B%5D=workflow%3A%3Ain+progress',
      ]);
      expect(words(description)).toContain('acme/delivery#1 (closed)');
    });

    test('comes with a policy under which only the own script runs', async () => {
      const { world } = aWorld();
      const { ask } = open(world);

      const answer = await ask('/');
      const policy = answer.headers.get('content-security-policy') ?? '';
      const script = /<script>([^]*?)<\/script>/u.exec(await answer.text())?.[1] ?? '';
      const digest = Buffer.from(
        await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script)),
      ).toString('base64');

      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain(`script-src 'sha256-${digest}'`);
      expect(policy).toContain("form-action 'self'");
      expect(policy).not.toContain('unsafe');
    });

    test('needs no inline styles and no inline handlers', async () => {
      const { world, addIssue, block } = aWorld();
      block(addIssue('One'), addIssue('Two'));
      const { page } = open(world);

      for (const path of [
        '/',
        '/groups/acme',
        '/groups/acme/-/epics/1',
        '/acme/delivery/-/issues/1',
        '/groups/acme/-/boards',
      ]) {
        expect(await page(path)).not.toMatch(/<[^>]*\s(?:style|on[a-z]+)=/u);
      }
    });
  });

  describe('for everyone', () => {
    test('names every field, has one h1 and one main, and no id twice', async () => {
      const { world, eli, addIssue, addLabel, block } = aWorld();
      addLabel('workflow::ready');
      block(addIssue('One', { description: '- [ ] a', assigneeIds: [eli.id] }), addIssue('Two'));
      const { page } = open(world);

      for (const path of [
        '/',
        '/groups/acme',
        '/groups/acme/-/epics/1',
        '/acme/delivery/-/issues/1',
        '/acme/delivery/-/issues',
        '/groups/acme/-/boards',
        '/eli',
      ]) {
        const shown = (await page(path)).replace(/<script>[^]*?<\/script>/u, '');
        const ids = [...shown.matchAll(/\sid="([^"]+)"/gu)].map((match) => match[1] ?? '');
        expect(new Set(ids).size).toBe(ids.length);
        expect(shown.match(/<h1/gu)).toHaveLength(1);
        expect(shown.match(/<main/gu)).toHaveLength(1);
        for (const [field] of shown.matchAll(/<(?:input|select|textarea)\b[^>]*>/gu)) {
          if (field.includes('type="hidden"') || field.includes('aria-label=')) continue;
          const id = /\sid="([^"]+)"/u.exec(field)?.[1] ?? 'none';
          expect(shown).toContain(`for="${id}"`);
        }
      }
    });

    test('has a version that changes with the world and not by looking', async () => {
      const { world, mira, addIssue, addLabel } = aWorld();
      const issue = addIssue('One');
      const label = addLabel('workflow::ready');
      const { page } = open(world);
      const seen = [await page('/-/sandbox/version')];
      expect(await page('/-/sandbox/version')).toBe(seen[0]);

      const changes = [
        () => issue.labelIds.push(label),
        () => (issue.state = 'closed'),
        () =>
          world.notes.push({
            id: 9,
            target: { kind: 'issue', id: issue.id },
            authorId: mira.id,
            discussionId: 'd',
            system: false,
            createdAt: NOW,
            updatedAt: NOW,
            body: 'x',
          }),
      ];
      for (const change of changes) {
        change();
        seen.push(await page('/-/sandbox/version'));
      }

      expect(new Set(seen).size).toBe(4);
      expect(seen[0]).toMatch(/^\d+$/u);
      expect(await page('/')).toContain(`data-version="${seen.at(-1)}"`);
    });
  });

  describe('dependency-layout', () => {
    test('puts issues in columns by the longest path and leaves out what is implied', () => {
      const arrangement = arrange(
        [1, 2, 3, 4],
        [
          { from: 1, to: 2 },
          { from: 2, to: 3 },
          { from: 1, to: 3 },
          { from: 1, to: 4 },
        ],
      );

      expect([...arrangement.spots].map(([id, spot]) => [id, spot.column])).toEqual([
        [1, 0],
        [2, 1],
        [3, 2],
        [4, 1],
      ]);
      expect(arrangement.routes).toHaveLength(3);
    });

    test('survives circles, doubles, itself and strangers', () => {
      const edges = [
        { from: 1, to: 2 },
        { from: 2, to: 1 },
        { from: 1, to: 2 },
        { from: 3, to: 3 },
        { from: 3, to: 99 },
      ];

      const arrangement = arrange([1, 2, 3], edges);

      expect(arrangement.columns).toBe(2);
      expect(arrangement.spots.size).toBe(3);
      expect(arrange([], [])).toMatchObject({ columns: 1, rows: 0 });
    });

    test('leads a long link past the boxes between', () => {
      const arrangement = arrange(
        [1, 2, 3, 4],
        [
          { from: 1, to: 2 },
          { from: 2, to: 3 },
          { from: 3, to: 4 },
          { from: 1, to: 4 },
          { from: 4, to: 5 },
        ],
      );
      expect(arrangement.routes.every((route) => route.length === 2)).toBe(true);

      const passing = arrange(
        [1, 2, 3, 4],
        [
          { from: 1, to: 2 },
          { from: 2, to: 3 },
          { from: 4, to: 3 },
        ],
      );
      const long = passing.routes.find((route) => route.length === 3);
      expect(long?.[1]?.row).not.toBe(passing.spots.get(2)?.row);
    });
  });
});
