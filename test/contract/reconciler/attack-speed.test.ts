/** Attacks on what was made faster. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GitLabConflictError } from '#domain/base/errors.ts';
import { DEFAULT_DEALS } from '#domain/base/settings.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { changedFiles } from '#git/changed-files.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { Store } from '#ports/store.ts';
import { reconcile, reconcileState } from '#reconciler/loop/reconcile.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { loadSubject } from '#templates/load-sow.ts';
import { loadUsableProcesses } from '#templates/process-store.ts';
import { type CiProject, createCiProject } from '#test/support/ci-project.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { sayIn } from '#test/support/commands.ts';
import {
  type EngagementWorld,
  realProcess,
  startEngagement,
  startLaunched,
  storeOf,
} from '#test/support/engagement.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';
import { aDelivery, aStore, type RunningWorker, startWorker } from '#test/support/service.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
async function project(): Promise<CiProject> {
  const made = await createCiProject({ process: true });
  ends.push(async () => await made.close());
  return made;
}
async function engagement(options: Parameters<typeof startEngagement>[0] = {}): Promise<EngagementWorld> {
  const world = await startLaunched(options);
  ends.push(async () => await world.close());
  return world;
}

describe('--changed-since', () => {
  let team: CiProject;
  beforeAll(async () => {
    team = await createCiProject({ process: true });
    await team.addSow('SOW-7');
    await team.commit();
    await team.write('sows/SOW-7.yml', 'changed, and not committed');
  });
  afterAll(async () => await team.close());

  it.each(['HEAD..HEAD', 'HEAD...HEAD', 'HEAD~1..HEAD', 'HEAD^{tree}..HEAD', 'HEAD..HEAD~1'])(
    'is refused or tells what the working folder has for %s',
    async (since) => {
      const told = await changedFiles(team.folder, since).catch(() => 'refused');
      expect(told).toBe('refused');
    },
  );
  it.each([
    'HEAD:sows',
    'HEAD^{tree}',
    '--output=x',
    '-1',
    'HEAD\n--',
    'HEAD^@',
    'HEAD^-',
    'HEAD^{tree',
    '',
    ' ',
    'HEAD^2',
    ':/x',
    '00000000x',
    'main@{u}',
    '.',
    '..',
  ])('is refused for %j', async (since) => {
    const told = await changedFiles(team.folder, since).catch(() => 'refused');
    expect(told).toBe('refused');
  });
  it('is refused outside a repository, in .git, in a bare one, in a shallow one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'no-git-'));
    ends.push(async () => await rm(folder, { recursive: true }));
    await expect(changedFiles(folder, 'HEAD')).rejects.toThrow(/It cannot be told what changed/);
    const own = await project();
    const first = await own.git('rev-parse', 'HEAD');
    await own.commit();
    await expect(changedFiles(join(own.folder, '.git'), 'HEAD')).rejects.toThrow(
      /It cannot be told what changed/,
    );
    await own.git('clone', '--quiet', '--bare', '.', join(folder, 'bare'));
    await expect(changedFiles(join(folder, 'bare'), 'HEAD')).rejects.toThrow(
      /It cannot be told what changed/,
    );
    await own.git('clone', '--quiet', '--depth', '1', `file://${own.folder}`, join(folder, 'shallow'));
    await expect(changedFiles(join(folder, 'shallow'), first)).rejects.toThrow(/shallow/);
    await expect(changedFiles(join(folder, 'shallow'), 'HEAD~1')).rejects.toThrow(/shallow/);
  });
  it('tells names with line breaks and tabs', async () => {
    const own = await project();
    await own.write('sows/a\nb\t"c.yml', 'x');
    await own.commit();
    expect(await changedFiles(own.folder, 'HEAD~1')).toEqual([{ path: 'sows/a\nb\t"c.yml', exists: true }]);
  });
});

const SETTINGS =
  'gitlab: { group: services, project: services/engagements }\nroles: { manager: [mira], engineer: [eli] }\n';

describe('the state file of a sweep', () => {
  const STATE = '.procession/sweep.json';
  async function run(world: TestWorld, team: CiProject, ...words: readonly string[]): Promise<CliResult> {
    return await cli(words, {
      env: { GITLAB_URL: world.url, GITLAB_TOKEN: world.seed.bot.token },
      cwd: team.folder,
    });
  }
  it.each([
    'reminders: { enabled: false }',
    'hours: { notice: 50 }',
    'dates: { move: never }',
    'commands: { waive: [manager] }',
    'amendments: auto',
  ])('of other settings brings a full sweep: %s', async (line) => {
    const world = await startWorld();
    ends.push(async () => await world.close());
    const team = await project();
    await team.write('procession.yml', SETTINGS);
    const first = await run(world, team, 'sweep', '--state', STATE);
    expect(first.stdout + first.stderr).toMatch(/Sweep: 0 engagements, /);
    await team.write('procession.yml', `${SETTINGS}${line}\n`);
    const again = await run(world, team, 'sweep', '--state', STATE);
    expect(again.stderr).toBe('');
    expect(again.stdout).not.toContain('changed since');
  });

  it('of another job brings none', async () => {
    const world = await startWorld();
    ends.push(async () => await world.close());
    const team = await project();
    const job = async (id: string): Promise<CliResult> =>
      await cli(['sweep', '--state', STATE], {
        env: {
          GITLAB_URL: world.url,
          GITLAB_TOKEN: world.seed.bot.token,
          GITLAB_CI: 'true',
          CI_PROJECT_ID: String(world.seed.project.id),
          CI_JOB_URL: `${world.url}/-/jobs/${id}`,
          CI_COMMIT_SHA: id.repeat(40),
        },
        cwd: team.folder,
      });
    await job('1');
    expect((await job('2')).stdout).toContain('changed since');
  });

  it('of another group leaves nothing undone in this one', async () => {
    const staging = await startWorld();
    ends.push(async () => await staging.close());
    const world = await startWorld({ now: () => new Date(Date.now() - 3_600_000) });
    ends.push(async () => await world.close());
    const team = await project();
    await team.addSow('SOW-7');
    await run(staging, team, 'sweep', '--state', STATE);
    expect((await run(world, team, 'apply', 'sows/SOW-7.yml')).code).toBe(0);
    const kickOff = world.sandbox.world.issues.find(
      ({ description }) => parseMarker(description)?.step === 'kick-off',
    );
    if (kickOff === undefined) throw new Error('no kick-off');
    world.sandbox.operations.updateIssue(world.sandbox.user('eli'), kickOff, { stateEvent: 'close' });

    const swept = await run(world, team, 'sweep', '--state', STATE);

    expect(swept.code).toBe(0);
    expect(kickOff.state).toBe('opened');
  });
});

async function openDeal(): Promise<Subject> {
  const { subject } = await loadSubject('deals/DEAL-88121.yml', DEFAULT_DEALS);
  const [stage = ''] = (await realProcess('quote-to-signoff')).launchStages;
  return { ...subject, deal: { ...subject.deal, stage } } as Subject;
}

describe('a deal of the CRM', () => {
  it('is kept while the only process about deals has problems', async () => {
    const world = await startEngagement({ now: () => new Date() });
    ends.push(async () => await world.close());
    const made: { store: Store; remove: () => Promise<void> } = await aStore();
    ends.push(async () => {
      await made.store.close();
      await made.remove();
    });
    const deal = await openDeal();
    await made.store.put(
      aDelivery({ source: 'crm', kind: 'sow', engagement: 'DEAL-88121', dedupeKey: 'deal-1', payload: deal }),
    );
    const { processes } = world.deps;
    const worker: RunningWorker = startWorker(
      {
        ...world.deps,
        processes: {
          ...processes,
          ids: [...processes.ids, 'quote-to-signoff'],
          find: (...given) => processes.find(...given),
          broken: new Map([['quote-to-signoff', []]]),
        },
      },
      made.store,
    );
    await worker.quiet();
    await worker.stop();
    expect(await made.store.find('crm', 'deal-1')).toMatchObject({ state: 'dead' });
  });
});

describe('what came with a SOW that cannot be carried out', () => {
  it('is no dead letter of its own', async () => {
    const world = await startEngagement({ now: () => new Date() });
    ends.push(async () => await world.close());
    const made: { store: Store; remove: () => Promise<void> } = await aStore();
    ends.push(async () => {
      await made.store.close();
      await made.remove();
    });
    await made.store.put(aDelivery());
    await made.store.put(aDelivery({ source: 'crm', kind: 'sow', dedupeKey: 'deal-1', payload: world.sow }));
    await made.store.put(aDelivery());
    const worker = startWorker(
      { ...world.deps, processes: { ids: [], fingerprint: 'none', find: () => null } },
      made.store,
    );
    await worker.quiet();
    await worker.stop();
    const dead = await made.store.list({ state: 'dead', limit: 10 });
    expect(dead.map(({ source }) => source)).toEqual(['crm']);
  });
});

describe('a deal while one of two processes about deals has problems', () => {
  it('does not launch by the other one', async () => {
    const { process: deals } = { process: await realProcess('quote-to-signoff') };
    const world = await startEngagement({ now: () => new Date() });
    ends.push(async () => await world.close());
    const deal = await openDeal();
    const second = { ...deals, id: 'renewals' };
    const both = storeOf(deals, second);
    const one = {
      ...both,
      find: (...[id, ...rest]: Parameters<typeof both.find>) =>
        id === deals.id ? null : both.find(id, ...rest),
      broken: new Map([[deals.id, []]]),
    };
    const outcome = await reconcile({ ...world.deps, processes: both }, 'DEAL-88121', { sow: deal });
    expect(outcome.kind).toBe('no-process');
    const broken = await reconcile({ ...world.deps, processes: one }, 'DEAL-88121', { sow: deal });
    expect(broken).toMatchObject({ kind: 'no-process' });
  });
});

/** Somebody else was faster: the next run looks again. */
function butConflict(error: unknown): void {
  if (!(error instanceof GitLabConflictError)) throw error;
}

describe('a record that is older than the issues read with it', () => {
  it('loses no ruling that another run has written meanwhile', async () => {
    const world = await engagement();
    const read = async () => await world.deps.gitlab.readEngagement('SOW-1042', { always: true });
    const before = await read();
    sayIn(world, 'mira', world.issue('welcome-email'), '/ps waive The customer wants no mail');
    await world.reconcile();
    await world.walk('assign-engineer');
    world.by('eli').close(world.issue('kick-off'));
    const after = await read();
    expect(JSON.stringify(recordOf(world))).toContain('wants no mail');

    await reconcileState(world.deps, { ...after, epics: before.epics }).catch(butConflict);
    expect(JSON.stringify(recordOf(world))).toContain('wants no mail');
    await world.reconcile();
    expect(JSON.stringify(recordOf(world))).toContain('wants no mail');
    expect(world.issue('kick-off').state).toBe('opened');
    expect(world.issue('assign-engineer').state).toBe('closed');
  });
});

function recordOf(world: EngagementWorld): unknown {
  const record = /procession:record v1 \S+ (\S+)/.exec(world.epic().description)?.[1] ?? '';
  return JSON.parse(Buffer.from(record, 'base64url').toString());
}

describe('a state file that was edited or damaged', () => {
  it('with a time of creation that is too late leads to no write', async () => {
    let ms = Date.parse('2026-11-23T09:00:00Z');
    const now = () => new Date((ms += 10));
    const world = await startEngagement({ now });
    ends.push(async () => await world.close());
    await world.apply();
    await world.reconcile();
    await sweep(world.deps);
    const { issues } = world.sandbox.world;
    ms += 86_400_000 / 4;
    for (const at of [0, 3, 6, 11]) {
      world.sandbox.ledger.clear();
      const createdAt = issues[at]?.createdAt ?? '';
      const results = await sweep(world.deps, {
        known: {
          changedSince: now().toISOString(),
          created: new Map([['SOW-1042', createdAt]]),
          over: new Set(),
        },
      });
      expect(results.map(({ outcome }) => outcome.kind)).toEqual(['unchanged']);
      expect(world.sandbox.ledger.writes()).toEqual([]);
    }
  });
});

describe('epic and issues of two moments', () => {
  const EVENTS: Record<string, (world: EngagementWorld) => void> = {
    'close too early': (world) => world.by('eli').close(world.issue('customer-sign-off')),
    'close properly': (world) => world.by('mira').close(world.issue('assign-engineer')),
    'close epic': (world) => world.by('mira').close(world.epic()),
    waive: (world) => void sayIn(world, 'mira', world.issue('customer-sign-off'), '/ps waive They said so'),
    skip: (world) => void sayIn(world, 'mira', world.issue('intake-aws'), '/ps skip Not needed at all'),
    hold: (world) =>
      void sayIn(world, 'mira', world.epic(), '/ps hold until 2027-03-01 The customer is away'),
    assign: (world) => void sayIn(world, 'mira', world.epic(), '/ps assign engineer @noor'),
    label: (world) => world.by('eli').label(world.issue('kick-off'), 'workflow::ready'),
    write: (world) =>
      world.by('eli').write(world.issue('kick-off'), `${world.issue('kick-off').description}\nEli was here.`),
    'write epic': (world) =>
      world.by('eli').write(world.epic(), `${world.epic().description}\nEli was here.`),
    'take block out': (world) => world.by('eli').write(world.issue('kick-off'), 'Nothing left.'),
  };
  const told = (world: EngagementWorld) =>
    [...world.sandbox.world.issues, ...world.sandbox.world.epics].map((item) => ({
      title: item.title,
      state: item.state,
      labels: world.labels(item).toSorted(),
      notes: world.notes(item).length,
      text: item.description.replace(/<!-- procession:record[^]*?-->/, ''),
    }));
  const cases = ['close too early', 'hold', 'write epic'].flatMap((first) =>
    Object.keys(EVENTS).map((second) => [first, second] as const),
  );
  it.each(cases)('%s, then %s', async (one, two) => {
    const run = async (mix: 'none' | 'old epic' | 'old issues'): Promise<unknown> => {
      let ms = Date.parse('2026-11-23T09:00:00Z');
      const world = await startLaunched({ now: () => new Date((ms += 1000)) });
      try {
        const read = async () => await world.deps.gitlab.readEngagement('SOW-1042', { always: true });
        EVENTS[one]?.(world);
        const before = await read();
        await world.reconcile({ comments: { epic: 'always' } });
        EVENTS[two]?.(world);
        const after = await read();
        if (mix !== 'none')
          await reconcileState(
            world.deps,
            mix === 'old epic' ? { ...after, epics: before.epics } : { ...after, issues: before.issues },
            { comments: { epic: 'always' } },
          ).catch(butConflict);
        for (let round = 0; round < 3; round += 1) await world.reconcile({ comments: { epic: 'always' } });
        return told(world);
      } finally {
        await world.close();
      }
    };
    const plain = await run('none');
    expect(await run('old epic')).toEqual(plain);
    expect(await run('old issues')).toEqual(plain);
  });
});

describe('a replayed dead letter', () => {
  const start = async () => {
    const world = await startEngagement({ now: () => new Date() });
    ends.push(async () => await world.close());
    const { store, remove } = await aStore();
    ends.push(async () => {
      await store.close();
      await remove();
    });
    const drain = async (deps: Partial<EngagementWorld['deps']> = {}) => {
      const worker = startWorker({ ...world.deps, ...deps }, store);
      await worker.quiet();
      await worker.stop();
    };
    const put = async (key: string, payload: object = world.sow) =>
      await store.put(aDelivery({ source: 'crm', kind: 'sow', dedupeKey: key, payload }));
    return { world, store, drain, put };
  };
  const none = { processes: { ids: [], fingerprint: 'none', find: () => null } };

  it('launches though a later one was done in shadow mode, or says why it does not', async () => {
    const { world, store, drain, put } = await start();
    await put('one');
    await drain(none);
    await put('two');
    await drain({
      settings: { ...world.deps.settings, policy: { ...world.deps.settings.policy, mode: 'shadow' } },
    });
    const dead = await store.find('crm', 'one');
    await store.replay(dead?.id ?? '', new Date().toISOString());
    await drain();
    const after = await store.find('crm', 'one');
    expect({ epics: world.sandbox.world.epics.length, reason: after?.reason }).not.toEqual({
      epics: 0,
      reason: 'there is no engagement with this number in GitLab',
    });
  });

  it('that a later SOW has overtaken says so', async () => {
    const { store, drain, put, world } = await start();
    await put('one', { ...world.sow, engagement: 'The older words' });
    await drain(none);
    await put('two');
    await drain();
    const dead = await store.find('crm', 'one');
    await store.replay(dead?.id ?? '', new Date().toISOString());
    await drain();
    const after = await store.find('crm', 'one');
    expect(JSON.stringify(recordOf(world))).not.toContain('older words');
    expect(after).toMatchObject({ state: 'done', reason: expect.any(String) });
  });

  it('twice launches once', async () => {
    const { store, drain, put, world } = await start();
    await put('one');
    await drain(none);
    const dead = await store.find('crm', 'one');
    for (let time = 0; time < 3; time += 1) {
      await store.replay(dead?.id ?? '', new Date().toISOString());
      await drain();
    }
    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(await store.find('crm', 'one')).toMatchObject({ state: 'done', reason: null });
  });
});

describe('one broken process of two', () => {
  it('never keeps the other from being found, whatever is wrong with it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'broken-'));
    ends.push(async () => await rm(folder, { recursive: true }));
    const root = join(import.meta.dirname, '../../../issue_templates');
    await cp(join(root, 'delivery'), join(folder, 'delivery'), { recursive: true });
    const spoil: readonly ((text: string) => string)[] = [
      () => '',
      () => '\0\0\0',
      () => '---\n---\n',
      () => '[]',
      () => '- '.repeat(3000),
      () => 'a: {'.repeat(2000),
      () => '{{#kept.a}}'.repeat(3000),
      () => `---\ntitle: x\n---\n${'{{#is.aws}}'.repeat(20_000)}`,
      () => '---\ntitle: "{{> a}}"\nowner: engineer\n---\n{{> a}}',
      (text) => text.replaceAll('a', ''),
      (text) => text.slice(0, text.length / 2),
      (text) => text.slice(text.length / 2),
      (text) => text + text,
      (text) => text.replace(/^(\w+):.*$/m, '$1: *x'),
      (text) => text.replace(/^(\w+):.*$/m, '$1: &a [*a]'),
      (text) => text.replace(/^(\w+):.*$/m, '__proto__: { a: 1 }'),
      () =>
        'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n',
      () => '{{> a}}\n{{> b}}',
    ];
    const bad: string[] = [];
    for (const file of ['epic.md', 'kick-off.md'])
      for (const [at, change] of spoil.entries()) {
        await rm(join(folder, 'other'), { recursive: true, force: true });
        await cp(join(root, 'delivery'), join(folder, 'other'), { recursive: true });
        const yml = join(folder, 'other/process.yml');
        await writeFile(yml, (await readFile(yml, 'utf8')).replace(/^id: .*$/m, 'id: other'));
        const path = join(folder, 'other', file);
        const text = await readFile(path, 'utf8').catch(() => '');
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, change(text));
        const store = await loadUsableProcesses(folder).catch((error: unknown) => error);
        if (store instanceof Error || (store as ProcessStore).find('delivery', null) === null) {
          bad.push(`${file} ${at}: ${String(store)}`);
          continue;
        }
        try {
          void (store as ProcessStore).fingerprint;
          (store as ProcessStore).find('other', null, { version: 1, rules: 'x' });
        } catch (error) {
          bad.push(`${file} ${at}: then ${String(error)}`);
        }
      }
    expect(bad).toEqual([]);
  }, 120_000);
});
