/** `procession setup` against the sandbox: what is made, what is repaired, what is left alone. */
import { afterEach, describe, expect, it } from 'vitest';
import type { SetupAction } from '#domain/setup/action.ts';
import { setupActionText } from '#domain/setup/action.ts';
import type { World } from '#sandbox/world.ts';
import {
  HOOK_URL,
  PLAIN_SECRET,
  SETTINGS,
  SIGNING_SECRET,
  startInstallation,
  type TestInstallation,
} from '#test/support/installation.ts';

let world: TestInstallation;

afterEach(async () => await world.close());

/** Labels of the lists of each board. */
function boards(data: World): Record<string, readonly string[]> {
  const nameOf = (id: number): string => data.labels.find((label) => label.id === id)?.name ?? `?${id}`;
  return Object.fromEntries(
    data.boards.map(({ name, lists }) => [name, lists.map(({ labelId }) => nameOf(labelId))]),
  );
}

const STATES = ['workflow::blocked', 'workflow::ready', 'workflow::in progress', 'workflow::waiting'];

function texts(actions: readonly SetupAction[]): readonly string[] {
  return actions.map(setupActionText);
}

describe('setup in an empty group', () => {
  it('makes labels, both boards, a signed group webhook and the schedule', async () => {
    world = await startInstallation();
    const { code, stderr } = await world.setup();

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(world.label('workflow::ready')).toMatchObject({
      color: '#1f75cb',
      description: 'Nothing is in the way: start',
    });
    expect(boards(world.data)).toEqual({
      Development: [],
      'Procession: steps': STATES,
      'Procession: roles': ['role::manager', 'role::engineer', 'role::project-manager', 'role::finance'],
    });
    expect(world.data.hooks).toMatchObject([
      {
        groupId: world.seed.group.id,
        url: HOOK_URL,
        signingToken: SIGNING_SECRET,
        token: null,
        issuesEvents: true,
        confidentialIssuesEvents: true,
        noteEvents: true,
        confidentialNoteEvents: true,
        otherEvents: [],
        enableSslVerification: true,
      },
    ]);
    expect(world.data.schedules).toMatchObject([
      { description: 'Procession: sweep', ref: 'refs/heads/main', active: true, cron: '7-59/15 * * * *' },
    ]);
  });

  it('writes nothing the second time', async () => {
    world = await startInstallation();
    await world.setup();
    world.forget();

    const { code, document } = await world.setup();

    expect({ code, actions: document.actions }).toEqual({ code: 0, actions: [] });
    expect(world.writes()).toEqual([]);
  });

  it('shows with --dry-run exactly what it then does, and writes nothing', async () => {
    world = await startInstallation();
    const dry = await world.setup(['--dry-run']);

    expect(world.writes()).toEqual([]);
    expect(dry.document).toMatchObject({ dryRun: true });
    expect((await world.setup()).document.actions).toEqual(dry.document.actions);
  });

  it('prints links to what it has made', async () => {
    world = await startInstallation();
    const { stdout } = await world.run(['setup']);

    const board = world.data.boards.find(({ name }) => name === 'Procession: steps');
    expect(stdout).toContain(`${world.url}/groups/services/-/boards/${board?.id}`);
    expect(stdout).toContain(`${world.url}/groups/services/-/epics?label_name[]=health%3A%3Aat%20risk`);
    expect(stdout).toContain(`${world.url}/services/engagements/-/pipeline_schedules`);
  });

  it('never shows the secret', async () => {
    world = await startInstallation();
    const { stdout, stderr } = await world.run(['setup'], { LOG_LEVEL: 'trace' });

    expect(stdout + stderr).not.toContain(SIGNING_SECRET.slice(6, 30));
  });

  it.each([
    ['a label', 'POST', '/groups/:id/labels'],
    ['a board', 'POST', '/groups/:id/boards'],
    ['a list', 'POST', '/groups/:id/boards/:board_id/lists'],
    ['the webhook', 'POST', '/groups/:id/hooks'],
    ['the schedule', 'POST', '/projects/:id/pipeline_schedules'],
  ])('makes one of everything when the answer about %s is lost', async (_, method, route) => {
    world = await startInstallation();
    world.sandbox.faults.failNext({ method, route, when: 'after', kind: 'status', status: 502 });
    const first = await world.setup();
    const again = await world.setup();

    expect([first.code, again.code]).toEqual([0, 0]);
    expect(again.document.actions).toEqual([]);
    const names = world.data.labels.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(boards(world.data)['Procession: steps']).toEqual(STATES);
    expect(world.data.boards).toHaveLength(3);
    expect(world.data.hooks).toHaveLength(1);
    expect(world.data.schedules).toHaveLength(1);
  });
});

/** What somebody did to it, and the one thing that setup then does. */
const SABOTAGE: readonly {
  readonly what: string;
  readonly how: (world: TestInstallation) => void | Promise<unknown>;
  readonly repair: readonly string[];
}[] = [
  {
    what: 'a deleted label',
    how: (world) => removeLabel(world, 'step::kick-off'),
    repair: ['label step::kick-off'],
  },
  {
    what: 'a deleted label that was a list',
    how: (world) => removeLabel(world, 'workflow::ready'),
    repair: ['label workflow::ready', 'list workflow::ready on board "Procession: steps"'],
  },
  {
    what: 'a renamed list, which is a renamed label',
    how: (world) => {
      world.label('workflow::waiting').name = 'workflow::on hold';
    },
    repair: ['label workflow::on hold → workflow::waiting'],
  },
  {
    what: 'a changed colour',
    how: (world) => {
      world.label('workflow::ready').color = '#ff0000';
    },
    repair: ['label workflow::ready: colour'],
  },
  {
    what: 'a changed description',
    how: (world) => {
      world.label('role::engineer').description = null;
    },
    repair: ['label role::engineer: description'],
  },
  {
    what: 'a removed list',
    how: ({ data }) => void data.boards.find(({ name }) => name === 'Procession: steps')?.lists.splice(0, 1),
    repair: ['list workflow::blocked on board "Procession: steps"'],
  },
  {
    what: 'a deleted board',
    how: ({ data }) => void data.boards.splice(2, 1),
    repair: [
      'board "Procession: roles"',
      'list role::manager on board "Procession: roles"',
      'list role::engineer on board "Procession: roles"',
      'list role::project-manager on board "Procession: roles"',
      'list role::finance on board "Procession: roles"',
    ],
  },
  {
    what: 'a webhook without its events',
    how: ({ data }) => void Object.assign(data.hooks[0] ?? {}, { noteEvents: false, issuesEvents: false }),
    repair: [`group webhook ${HOOK_URL}: issue events, comments`],
  },
  {
    what: 'a webhook without its secret',
    how: ({ data }) => void Object.assign(data.hooks[0] ?? {}, { signingToken: null }),
    repair: [`group webhook ${HOOK_URL}: signing token`],
  },
  {
    what: 'a deleted webhook',
    how: ({ data }) => void data.hooks.splice(0),
    repair: [`group webhook ${HOOK_URL} with signing token`],
  },
  {
    what: 'a schedule that was switched off',
    how: ({ data }) => void Object.assign(data.schedules[0] ?? {}, { active: false }),
    repair: ['pipeline schedule "Procession: sweep": activate'],
  },
  {
    what: 'a schedule whose owner was blocked',
    how: ({ data, seed }) => {
      Object.assign(data.schedules[0] ?? {}, { ownerId: seed.otto.user.id });
      seed.otto.user.state = 'blocked';
    },
    repair: ['pipeline schedule "Procession: sweep": take it over from otto'],
  },
  {
    what: "somebody else's schedule that was switched off",
    how: ({ data, seed }) =>
      void Object.assign(data.schedules[0] ?? {}, { ownerId: seed.mira.user.id, active: false }),
    repair: [
      'pipeline schedule "Procession: sweep": take it over from mira',
      'pipeline schedule "Procession: sweep": activate',
    ],
  },
];

/** As GitLab does: from everything, and from the boards. */
function removeLabel(world: TestInstallation, name: string): void {
  const { data } = world;
  const label = world.label(name);
  const { id } = label;
  data.labels.splice(data.labels.indexOf(label), 1);
  for (const board of data.boards) {
    const at = board.lists.findIndex(({ labelId }) => labelId === id);
    if (at >= 0) board.lists.splice(at, 1);
  }
}

describe('setup after sabotage', () => {
  it.each(SABOTAGE)('repairs exactly $what', async ({ how, repair }) => {
    world = await startInstallation();
    await world.prepare();
    const before = boards(world.data);
    await how(world);
    world.forget();

    const { code, document } = await world.setup();

    expect(texts(document.actions)).toEqual(repair);
    expect(code).toBe(0);
    expect(boards(world.data)).toEqual(before);
    world.forget();
    expect((await world.setup()).document.actions).toEqual([]);
    expect(world.writes()).toEqual([]);
  });

  it('gives a renamed label its name back on every issue that carries it', async () => {
    world = await startInstallation();
    await world.prepare();
    const label = world.label('workflow::waiting');
    label.name = 'workflow::on hold';
    const issue = world.sandbox.operations.createIssue(world.seed.mira.user, world.seed.project.id, {
      title: 'A step',
      labels: ['workflow::on hold'],
    });
    await world.setup();

    expect(issue.labelIds).toEqual([label.id]);
    expect(label.name).toBe('workflow::waiting');
  });

  it('enables a disabled webhook when the service answers, by a test delivery', async () => {
    world = await startInstallation({ deliver: async () => new Response(null, { status: 202 }) });
    await world.prepare();
    world.sandbox.operations.createIssue(world.seed.mira.user, world.seed.project.id, { title: 'One' });
    await world.sandbox.settled();
    Object.assign(world.data.hooks[0] ?? {}, { failures: 40 });

    const { code, document } = await world.setup();

    expect(texts(document.actions)).toEqual([`group webhook ${HOOK_URL}: enable again by a test delivery`]);
    expect(code).toBe(0);
    expect(world.data.hooks[0]?.failures).toBe(0);
  });

  it('says why a disabled webhook stays disabled when the service does not answer', async () => {
    world = await startInstallation({ deliver: async () => new Response('away', { status: 503 }) });
    await world.prepare();
    world.sandbox.operations.createIssue(world.seed.mira.user, world.seed.project.id, { title: 'One' });
    await world.sandbox.settled();
    Object.assign(world.data.hooks[0] ?? {}, { failures: 40 });

    const { code, document } = await world.setup();

    expect(code).toBe(4);
    expect(document.obstacles).toEqual([
      {
        what: `group webhook ${HOOK_URL}: enable again by a test delivery`,
        why: expect.stringContaining('422'),
        fix: expect.stringContaining('procession serve'),
      },
    ]);
  });
});

describe('setup among what is not ours', () => {
  it('leaves foreign labels, boards, webhooks and schedules as they are', async () => {
    world = await startInstallation();
    const { data, seed, sandbox } = world;
    const api = async (path: string, body: object): Promise<void> => {
      const response = await sandbox.fetch(
        new Request(`${world.url}/api/v4${path}`, {
          method: 'POST',
          headers: { 'PRIVATE-TOKEN': seed.ada.token, 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }),
      );
      expect(response.status).toBe(201);
    };
    await api('/groups/services/labels', { name: 'workflow::someday', color: '#123456' });
    await api('/groups/services/labels', { name: 'bug', color: '#ff0000', description: 'Broken' });
    await api('/groups/services/boards', { name: 'Bugs' });
    const bugs = data.boards.at(-1)?.id;
    const bug = data.labels.find(({ name }) => name === 'bug')?.id;
    await api(`/groups/services/boards/${bugs}/lists`, { label_id: bug });
    await api('/groups/services/hooks', { url: 'https://other.example.com/webhooks/gitlab' });
    await api('/projects/services%2Fengagements/pipeline_schedules', {
      description: 'Nightly',
      ref: 'main',
      cron: '0 1 * * *',
      active: false,
    });
    const foreign = structuredClone({
      labels: data.labels,
      boards: data.boards,
      hooks: data.hooks,
      schedules: data.schedules,
    });
    expect((await world.setup()).code).toBe(0);

    expect(data.labels.slice(0, foreign.labels.length)).toEqual(foreign.labels);
    expect(data.boards.slice(0, foreign.boards.length)).toEqual(foreign.boards);
    expect(data.hooks.slice(0, foreign.hooks.length)).toEqual(foreign.hooks);
    expect(data.schedules.slice(0, foreign.schedules.length)).toEqual(foreign.schedules);
  });

  it('keeps what people chose: the name of a board, the order of its lists, when the schedule runs', async () => {
    world = await startInstallation();
    await world.prepare();
    const board = world.data.boards.find(({ name }) => name === 'Procession: steps');
    if (board === undefined) throw new Error('no board');
    board.name = 'Team board';
    board.lists.reverse();
    Object.assign(world.data.schedules[0] ?? {}, { cron: '0 6 * * *' });
    world.forget();

    expect((await world.setup()).document.actions).toEqual([]);
    expect(world.writes()).toEqual([]);
  });

  it('changes the times of the schedule when asked', async () => {
    world = await startInstallation();
    await world.prepare();
    await world.setup(['--cron', '0 * * * *']);

    expect(world.data.schedules).toMatchObject([{ cron: '0 * * * *' }]);
  });

  it('uses the label of a group above and does not touch it', async () => {
    world = await startInstallation({ settings: `${SETTINGS}\nlabels: { workflow: flow }` });
    await world.setup();

    expect(world.data.labels.some(({ name }) => name.startsWith('workflow::'))).toBe(false);
    expect(boards(world.data)['Procession: steps']).toContain('flow::ready');
  });
});

describe('setup with less', () => {
  it('sets GitLab Free up with a project webhook and the one board there is', async () => {
    world = await startInstallation({ tier: 'free' });
    const { code, document } = await world.setup();

    expect(code).toBe(0);
    expect(world.data.hooks).toMatchObject([{ projectId: world.seed.project.id, groupId: null }]);
    expect(boards(world.data)).toEqual({ Development: STATES });
    expect(document.links.map(({ url }) => url)).toContain(
      `${world.url}/groups/services/-/issues?label_name[]=role%3A%3Amanager`,
    );
    world.forget();
    await world.setup();
    expect(world.writes()).toEqual([]);
  });

  it('says how the one board of Free comes to be when nobody has opened it yet', async () => {
    world = await startInstallation({ tier: 'free' });
    world.data.boards.splice(0);
    const { code, document } = await world.setup();

    expect(code).toBe(4);
    expect(document.obstacles).toMatchObject([
      {
        what: 'the board',
        fix: `Open ${world.url}/groups/services/-/boards once, then run procession setup again.`,
      },
    ]);
  });

  it('does what a Maintainer may and names what takes an Owner', async () => {
    world = await startInstallation();
    const { code, document } = await world.setup([], { GITLAB_TOKEN: world.seed.bot.token });

    expect(code).toBe(4);
    expect(document.obstacles).toMatchObject([
      { what: 'the group webhook', fix: expect.stringContaining('a token of an Owner of the group') },
    ]);
    expect(world.data.boards).toHaveLength(3);
    expect(world.data.hooks).toEqual([]);
    expect(world.data.schedules).toHaveLength(1);
  });

  it('is content with a project webhook that is there where it may not make the group one', async () => {
    world = await startInstallation({ tier: 'free' });
    await world.setup();
    world.data.tier = 'premium';
    world.forget();
    const { code, document } = await world.setup([], { GITLAB_TOKEN: world.seed.bot.token });

    expect(code).toBe(0);
    expect(document.notes).toEqual([expect.stringContaining('The webhook is of the project')]);
    expect(world.data.hooks).toHaveLength(1);
  });

  it('writes nothing at all for somebody who may not', async () => {
    world = await startInstallation();
    const { code, stderr } = await world.run(['setup'], { GITLAB_TOKEN: world.seed.gus.token });

    expect(code).toBe(4);
    expect(stderr).toContain('has the role Guest in the group');
    expect(world.writes()).toEqual([]);
  });

  it('asks for a secret instead of making a webhook without one', async () => {
    world = await startInstallation();
    const { code, document } = await world.setup([], { GITLAB_WEBHOOK_SECRETS: '' });

    expect(code).toBe(4);
    expect(document.obstacles).toMatchObject([{ fix: expect.stringContaining('setup --new-secret') }]);
    expect(world.data.hooks).toEqual([]);
  });

  it('uses a secret token where the first secret is a plain one', async () => {
    world = await startInstallation();
    await world.setup([], { GITLAB_WEBHOOK_SECRETS: `${PLAIN_SECRET},${SIGNING_SECRET}` });

    expect(world.data.hooks).toMatchObject([{ token: PLAIN_SECRET, signingToken: null }]);
  });

  it('refuses to take a signing token to a GitLab that cannot sign', async () => {
    world = await startInstallation();
    world.data.version = '18.11.2-ee';
    const refused = await world.setup();
    const plain = await world.setup([], { GITLAB_WEBHOOK_SECRETS: PLAIN_SECRET });

    expect(refused.document.obstacles).toMatchObject([
      { why: expect.stringContaining('GitLab 18.11.2-ee has none') },
    ]);
    expect(plain.code).toBe(0);
    expect(world.data.hooks).toMatchObject([{ token: PLAIN_SECRET }]);
  });

  it('gives the webhook a changed secret when told to', async () => {
    world = await startInstallation();
    await world.prepare();
    const renewed = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    await world.setup(['--renew-secret'], { GITLAB_WEBHOOK_SECRETS: `${renewed},${SIGNING_SECRET}` });

    expect(world.data.hooks).toMatchObject([{ signingToken: renewed }]);
  });

  it('leaves webhook and schedule out when told to, and the webhook without a service', async () => {
    world = await startInstallation({ settings: SETTINGS.replace(/service:.*/u, '') });
    await world.setup(['--no-schedule']);

    expect(world.data.hooks).toEqual([]);
    expect(world.data.schedules).toEqual([]);
    expect(world.data.boards).toHaveLength(3);
  });

  it('says what an empty repository needs before it can have a schedule', async () => {
    world = await startInstallation();
    world.seed.project.defaultBranch = null;
    const { code, document } = await world.setup();

    expect(code).toBe(4);
    expect(document.obstacles).toMatchObject([{ fix: expect.stringContaining('procession init') }]);
  });

  it('prints a secret that the service takes, and needs nothing for it', async () => {
    world = await startInstallation({ settings: null });
    const { code, stdout } = await world.run(['setup', '--new-secret'], { GITLAB_TOKEN: '' });

    expect(code).toBe(0);
    expect(stdout).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/u);
  });
});
