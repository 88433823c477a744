/** The report over a whole GitLab: what it says is what the issues say, and it reads in bulk. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command } from '#cli/commands/report.ts';
import { command as status } from '#cli/commands/status.ts';
import { EngagementReport } from '#domain/portfolio/engagement-report.ts';
import { Portfolio } from '#domain/portfolio/portfolio.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { createPortfolioReader, readPortfolio } from '#reconciler/portfolio/portfolio-reader.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { runCommand } from '#test/support/cli.ts';
import { BEFORE_CLOSING, type EngagementWorld, startLaunched } from '#test/support/engagement.ts';
import { launchFixture } from '#test/support/launch-fixture.ts';
import { multiply } from '#test/support/many-engagements.ts';
import { withForged } from '#test/support/records.ts';
import { SHIPPED } from '#test/support/shipped.ts';

let world: EngagementWorld;
let now: Date;

beforeEach(async () => {
  now = new Date('2026-11-23T09:00:00Z');
  world = await startLaunched({ now: () => now });
});

afterEach(async () => {
  await world.close();
});

const at = (): string => now.toISOString();

const HALF_AN_HOUR = 1 / 48;

function wait(days: number): void {
  now = new Date(now.getTime() + days * 86_400_000);
}

describe('a report', () => {
  it('says who is waited for, since when, and what comes next', async () => {
    wait(2);
    await world.walk('assign-engineer');
    wait(3);

    const portfolio = await readPortfolio(world.deps, at());

    expect(Portfolio.parse(portfolio)).toEqual(portfolio);
    expect(portfolio.people).toEqual([
      expect.objectContaining({
        kind: 'user',
        name: 'mira',
        late: 1,
        longestDays: 3,
        duties: [expect.objectContaining({ step: 'welcome-email', days: 3, daysLate: 2, outside: false })],
      }),
    ]);
    expect(portfolio.engagements[0]).toMatchObject({
      engagement: 'SOW-1042',
      status: 'running',
      customer: world.sow.customer.name,
      done: 1,
      total: SHIPPED.issues,
      health: 'on track',
      waitingFor: [
        {
          step: 'welcome-email',
          who: [{ kind: 'user', name: 'mira' }],
          since: { at: '2026-11-25T09:00:00.000Z', days: 3, exact: true },
          due: '2026-11-25',
          daysLate: 2,
          url: expect.stringContaining(`/-/issues/${world.issue('welcome-email').iid}`),
        },
      ],
      nextDue: { step: 'kick-off', date: '2026-11-30', inDays: 2 },
      late: [{ step: 'welcome-email', daysLate: 2, turn: true }],
      violations: [],
    });
  });

  it('says what is broken, paused, damaged and complete', async () => {
    world.by('eli').close(world.issue('kick-off'));
    const sow = (number: string) => ({ ...world.sow, sow: { ...world.sow.sow, number } });
    for (const number of ['SOW-2', 'SOW-3'])
      await reconcile(world.deps, number, { sow: sow(number), process: 'delivery' });
    for (const epic of world.sandbox.world.epics) {
      if (epic.title.includes('SOW-2'))
        epic.description = withForged(
          epic,
          (record) => ({ ...record, memory: { ...record.memory, paused: true } }),
          'SOW-2',
        );
      if (epic.title.includes('SOW-3'))
        epic.description = epic.description.replace(/procession:record v1 ./, 'procession:record v1 x');
    }

    const { engagements, counts } = await readPortfolio(world.deps, at());
    const byKey = new Map(engagements.map((report) => [report.engagement, report]));

    expect(byKey.get('SOW-1042')?.violations).toEqual([
      expect.objectContaining({ step: 'kick-off', rule: 'closed-too-early' }),
    ]);
    expect(byKey.get('SOW-2')?.paused).toBe(true);
    expect(byKey.get('SOW-3')).toMatchObject({
      status: 'unreadable',
      url: expect.stringContaining('/-/epics/'),
      violations: [{ rule: 'record-damaged', fix: ['Restore it: procession apply sows/SOW-3.yml'] }],
    });
    expect(counts).toMatchObject({ engagements: 3, running: 2, unreadable: 1, paused: 1, withViolations: 2 });
  });

  it('is on one screen with procession status: who is waited for, what is late, what is broken', async () => {
    wait(2);
    await world.walk('assign-engineer');
    wait(3);
    world.by('eli').close(world.issue('kick-off'));

    const { code, stdout } = await runCommand(status, [], world.deps, { clock: { now: at } });

    expect(code).toBe(0);
    expect(stdout).toMatch(/^2026-11-28 09:00 UTC: 1 running, 1 late, 0 at risk, 1 with broken rules$/m);
    expect(stdout).toMatch(
      /^Waited for\n {2}mira {2}1 step, 1 late, longest 3 days; first .+ for SOW-1042$/m,
    );
    expect(stdout).toMatch(/^Late\n {2}SOW-1042 {2}.+, 2 days late, mira \(.+\)$/m);
    expect(stdout).toMatch(/^Broken\n {2}SOW-1042 {2}.+ \[closed-too-early]$/m);
  });

  it('waits for the money alone once the engagement is closed', async () => {
    await world.walk(...BEFORE_CLOSING, 'financial-wrap-up', 'post-mortem');

    const { engagements, people, counts } = await readPortfolio(world.deps, at());

    expect(engagements[0]).toMatchObject({
      status: 'complete',
      money: 'open',
      waitingFor: [{ step: 'money-received' }],
      late: [],
      nextDue: { step: 'money-received' },
      done: SHIPPED.issues - 1,
      completedOn: '2026-11-23',
    });
    expect({ people, running: counts.running }).toMatchObject({
      people: [{ duties: [{ step: 'money-received' }] }],
      running: 0,
    });
  });

  it('leaves an epic of people that only carries our labels alone', async () => {
    const epic = world.epic();
    world.sandbox.world.epics.push({ ...epic, id: 99_999, iid: 999, description: 'Ours, say people.' });
    const other = world.sandbox.world.labels.find(({ name }) => name === 'SOW-1042');
    expect(other).toBeDefined();

    expect((await readPortfolio(world.deps, at())).engagements).toHaveLength(1);
  });

  it('reads 500 engagements of 12 issues with at most 120 requests and writes nothing', async () => {
    await world.close();
    world = await startLaunched({ process: launchFixture(), now: () => now });
    expect(world.sandbox.world.issues).toHaveLength(12);
    multiply(world, 500);
    world.sandbox.ledger.clear();

    const { counts } = await readPortfolio(world.deps, at());

    expect(counts).toMatchObject({ engagements: 500, running: 500 });
    expect(world.sandbox.ledger.entries().length).toBeLessThanOrEqual(120);
    expect(world.sandbox.ledger.writes()).toEqual([]);
  }, 240_000);
});

describe('reading again', () => {
  it('asks only for what changed, and sees it', async () => {
    multiply(world, 50);
    // The copies are as if launched: otherwise 500 of them would prove nothing.
    expect((await sweep(world.deps)).filter(({ outcome }) => outcome.kind !== 'unchanged')).toEqual([]);
    const reader = createPortfolioReader(world.deps);
    wait(1);
    await reader.read(at());
    wait(HALF_AN_HOUR);
    await world.walk('assign-engineer');
    world.sandbox.ledger.clear();

    const portfolio = await reader.read(at());

    expect(portfolio.counts.engagements).toBe(50);
    expect(portfolio.engagements.find(({ engagement }) => engagement === 'SOW-1042')).toMatchObject({
      done: 1,
    });
    expect(world.sandbox.ledger.entries().length).toBeLessThanOrEqual(5);
    expect(portfolio).toEqual(await readPortfolio(world.deps, at()));
  });

  it('counts the days anew although nothing changed', async () => {
    const reader = createPortfolioReader(world.deps);
    await reader.read(at());
    wait(4);

    const { engagements } = await reader.read(at());

    expect(engagements[0]?.waitingFor[0]?.since?.days).toBe(4);
  });

  it('after an hour it forgets what is gone', async () => {
    const reader = createPortfolioReader(world.deps);
    await reader.read(at());
    world.sandbox.world.epics.length = 0;
    world.sandbox.world.issues.length = 0;
    now = new Date(now.getTime() + 3_600_000);

    expect((await reader.read(at())).engagements).toEqual([]);
  });

  it('a read that failed loses nothing', async () => {
    const reader = createPortfolioReader(world.deps);
    await reader.read(at());
    wait(HALF_AN_HOUR);
    await world.walk('assign-engineer');
    world.sandbox.faults.failNext({ method: 'GET', when: 'before', kind: 'status', status: 400 });

    await expect(reader.read(at())).rejects.toThrow(/400/);
    wait(HALF_AN_HOUR / 2);

    expect((await reader.read(at())).engagements[0]?.done).toBe(1);
  });
});

describe('procession report', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'procession-report-'));
  });
  afterEach(async () => await rm(folder, { recursive: true, force: true }));

  it('prints Markdown with the first answer first', async () => {
    const { code, stdout } = await runCommand(command, [], world.deps, { clock: { now: at } });

    expect(code).toBe(0);
    expect(stdout).toContain('| **mira** | 1 | 0 | since today | Assign an engineer for SOW-1042 |');
  });

  it('prints JSON that is as its schema says', async () => {
    const { stdout } = await runCommand(command, ['--json'], world.deps, { clock: { now: at } });

    expect(Portfolio.parse(JSON.parse(stdout))).toEqual(JSON.parse(stdout));
  });

  it('writes pages that find each other, Markdown and JSON, and says where', async () => {
    const { code, stdout, stderr } = await runCommand(command, ['--out', folder], world.deps, {
      clock: { now: at },
    });

    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toBe(`1 engagement written to ${join(folder, 'index.html')}, deals left out.\n`);
    expect((await readdir(folder, { recursive: true })).toSorted()).toEqual([
      'engagements',
      'engagements/SOW-1042.html',
      'engagements/SOW-1042.json',
      'index.html',
      'report.json',
      'report.md',
    ]);
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.html'));
    for (const file of files) {
      const page = await readFile(join(folder, file), 'utf8');
      const links = [...page.matchAll(/ href="(?!https?:|#|data:)([^"]+)"/g)].map(([, href = '']) => href);
      expect(links.length).toBeGreaterThan(1);
      for (const href of links) await readFile(join(folder, file, '..', href), 'utf8');
    }
    const one = JSON.parse(await readFile(join(folder, 'engagements/SOW-1042.json'), 'utf8'));
    expect(EngagementReport.parse(one)).toMatchObject({ engagement: 'SOW-1042' });
    expect(one).toMatchObject({ version: 1, at: at() });
  });

  it('tells neither amounts nor addresses of the SOW', async () => {
    await runCommand(command, ['--out', folder], world.deps, { clock: { now: at } });
    const text = (
      await Promise.all(
        ['index.html', 'report.json', 'report.md', 'engagements/SOW-1042.html'].map((file) =>
          readFile(join(folder, file), 'utf8'),
        ),
      )
    ).join('\n');

    expect(world.sow.opportunity?.amount).toBeGreaterThan(0);
    expect(text).not.toContain(String(world.sow.opportunity?.amount));
    expect(text).not.toContain(world.sow.contacts.customer.main.email);
  });

  it('writes nothing to GitLab and needs no more than bulk reads', async () => {
    world.sandbox.ledger.clear();
    await runCommand(command, ['--json'], world.deps, { clock: { now: at } });

    expect(world.sandbox.ledger.writes()).toEqual([]);
    expect(world.sandbox.ledger.entries().length).toBeLessThanOrEqual(3);
  });
});
