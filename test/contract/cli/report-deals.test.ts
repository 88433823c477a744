/** Deals in reports: a part of their own for whoever may see them, and no word of them for anybody else. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { command as report } from '#cli/commands/report.ts';
import { command as status } from '#cli/commands/status.ts';
import { readCiEnvironment } from '#config/ci-environment.ts';
import { DEFAULT_DEALS } from '#domain/base/settings.ts';
import { Portfolio } from '#domain/portfolio/portfolio.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { readPortfolio } from '#reconciler/portfolio/portfolio-reader.ts';
import { aDeal, type ChainWorld, CRM, startChain, TO_SIGNATURE } from '#test/support/chain.ts';
import { type CliResult, runCommand } from '#test/support/cli.ts';
import { startComposedChain } from '#test/support/composed-service.ts';

const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';
/** Stands wherever people or a CRM can write something about a deal. */
const CANARY = 'kingfisher';

/** Milliseconds: whole engagements, on a machine that does other things too. */
const LONG = 240_000;

async function secretDeal(stage: string, key = DEAL): Promise<Awaited<ReturnType<typeof aDeal>>> {
  const deal = await aDeal(stage);
  return {
    ...deal,
    ask: `Move before the merger with ${CANARY}.`,
    deal: {
      ...deal.deal,
      key,
      name: `Harbour, ${CANARY}`,
      url: `https://crm.example.com/${CANARY}/${key}`,
      amount: 77_123,
    },
    ...(deal.statement === undefined
      ? {}
      : { statement: { ...deal.statement, engagement: 'GitLab for the harbour' } }),
  };
}

/** One deal with its delivery, one that runs, and one that its source calls lost. */
async function threeDeals(apart: boolean): Promise<ChainWorld> {
  const world = await startChain({ apart });
  const { sandbox } = world;
  await world.tell(await secretDeal('scoping'));
  sandbox.operations.updateIssue(sandbox.user('eli'), world.issue(DEAL, 'discovery'), {
    title: `Discovery of ${CANARY}`,
  });
  await world.tell(await secretDeal('negotiating'));
  await world.walk(DEAL, ...TO_SIGNATURE);
  world.perform(DEAL, 'signature');
  await world.tell(await secretDeal('closed_won'));
  await world.tell(await secretDeal('scoping', 'DEAL-2'));
  await world.tell(await secretDeal('proposal', 'DEAL-2'));
  const asked = await secretDeal('scoping', 'DEAL-3');
  await world.tell(asked);
  await world.tell({ ...asked, deal: { ...asked.deal, stage: 'lost', lost_reason: `Went to ${CANARY}` } });
  return world;
}

describe.each([
  ['in a place of their own', true],
  ['among deliveries', false],
])('deals %s', (_, apart) => {
  let world: ChainWorld;
  let folder: string;

  beforeAll(async () => {
    world = await threeDeals(apart);
  }, LONG);

  afterAll(async () => {
    await world.close();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-deals-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const now = { now: () => world.deps.clock.now() };
  const inJob = { clock: now, ci: () => readCiEnvironment({ GITLAB_CI: 'true' }) };
  const shownInReports = (): ReconcileDeps => {
    const { settings } = world.deps;
    return { ...world.deps, settings: { ...settings, deals: { ...settings.deals, inReports: true } } };
  };

  /** Everything that a run has written: names of files, their bytes, output and log. */
  async function written({ stdout, stderr, code }: CliResult): Promise<string> {
    expect(code).toBe(0);
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = files
      .filter((file) => file.isFile())
      .map(async (file) => await readFile(join(file.parentPath, file.name), 'utf8'));
    return [stdout, stderr, ...files.map(({ name }) => name), ...(await Promise.all(texts))].join('\n');
  }

  function expectNoDeal(text: string): void {
    expect(text).toContain(SOW);
    for (const word of [CANARY, 'DEAL-', '77123', 'sales']) expect(text).not.toContain(word);
  }

  it('are told with stage, since when, close, lost reason and delivery, counted apart', async () => {
    const portfolio = await readPortfolio(world.deps, world.deps.clock.now());
    const byKey = new Map(portfolio.engagements.map((one) => [one.engagement, one]));

    expect(Portfolio.parse(portfolio)).toEqual(portfolio);
    expect(portfolio.counts).toMatchObject({
      engagements: 4,
      sows: { engagements: 1, running: 1 },
      deals: { engagements: 3, running: 3 },
    });
    expect(byKey.get(DEAL)).toMatchObject({
      subject: 'deal',
      deal: { stage: 'closed_won', stageSince: portfolio.today, expectedClose: '2026-11-20', lost: null },
      related: [
        {
          engagement: SOW,
          reference: `services&${world.epic(SOW).iid}`,
          url: expect.stringContaining('/epics/'),
        },
      ],
    });
    expect(byKey.get('DEAL-2')).toMatchObject({ deal: { stage: 'proposal' }, related: [] });
    expect(byKey.get('DEAL-3')).toMatchObject({
      deal: { stage: 'scoping', stageSince: null, lost: { reason: `Went to ${CANARY}`, asked: true } },
      notices: [
        expect.stringContaining(`Given up or not: its source says that the deal is lost: Went to ${CANARY}.`),
      ],
    });
    expect(byKey.get(SOW)).toMatchObject({ subject: 'sow', deal: null, related: [{ engagement: DEAL }] });
  });

  it('are printed, with status too, for whoever runs the command', async () => {
    for (const one of [report, status]) {
      const { stdout } = await runCommand(one, [], world.deps, { clock: now });
      expect(stdout).toContain('Deals');
      expect(stdout).toContain('DEAL-2');
    }
  });

  it('stand in no byte of the files of a report', async () => {
    const text = await written(
      await runCommand(report, ['--out', folder, '--json'], world.deps, { clock: now }),
    );

    expectNoDeal(text);
    expect(text).toContain('deals left out');
    expect(text).toContain('"withoutDeals": true');
  });

  it('stand in no byte of what a job prints or keeps', async () => {
    for (const args of [[], ['--json'], ['--out', folder]])
      expectNoDeal(await written(await runCommand(report, args, world.deps, inJob)));
    expectNoDeal(await written(await runCommand(status, [], world.deps, inJob)));
  });

  it('are in the files and in jobs where the settings or the command line say so', async () => {
    const out = ['--out', folder];
    expect(await written(await runCommand(report, out, shownInReports(), inJob))).toContain(CANARY);
    await rm(folder, { recursive: true });
    expect(await written(await runCommand(report, [...out, '--with-deals'], world.deps, inJob))).toContain(
      CANARY,
    );
  });

  it('are left out of what is printed with --without-deals, whatever the settings say', async () => {
    expectNoDeal(
      await written(await runCommand(report, ['--without-deals'], shownInReports(), { clock: now })),
    );
  });

  it('are neither with both options: the command line is refused', async () => {
    const refused = await runCommand(report, ['--without-deals', '--with-deals'], world.deps, { clock: now });

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--with-deals and --without-deals');
  });

  it.runIf(apart)('are not even asked for by a report without them', async () => {
    const group = world.sandbox.world.groups.find(({ path }) => path === 'sales')?.id;
    world.sandbox.ledger.clear();
    await runCommand(report, ['--without-deals'], world.deps, { clock: now });

    expect(world.sandbox.ledger.entries().length).toBeLessThanOrEqual(3);
    for (const { path } of world.sandbox.ledger.entries()) {
      expect(path).not.toContain(`/groups/${group}/`);
      expect(decodeURIComponent(path)).not.toContain('sales');
    }
  });
});

describe('the pages of the service', () => {
  it.each([
    ['have no word of deals', false],
    ['have deals where the settings say so', true],
  ])(
    '%s',
    async (_, inReports) => {
      const world = await startComposedChain({
        env: { PROCESSION_PAGES: 'proxy' },
        settings: { deals: { ...DEFAULT_DEALS, inReports } },
      });
      try {
        await world.run(DEAL, { sow: await secretDeal('scoping'), origin: CRM });
        const pages = await Promise.all(
          ['/', '/report.json', `/engagements/${DEAL}`, `/engagements/${DEAL}.json`].map(
            async (path) => await world.get(path),
          ),
        );
        const text = pages.join('\n');
        expect([CANARY, 'DEAL-1'].map((word) => text.includes(word))).toEqual([inReports, inReports]);
      } finally {
        await world.close();
      }
    },
    LONG,
  );
});
