/** The pipelines of a project whose settings say nothing of deals, beside one whose settings do (docs/ci.md). */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command as check } from '#cli/commands/check.ts';
import { command as report } from '#cli/commands/report.ts';
import { command as sweepCommand } from '#cli/commands/sweep.ts';
import { readCiEnvironment } from '#config/ci-environment.ts';
import { DEFAULT_DEALS } from '#domain/base/settings.ts';
import { DEALS_FOLDER, SOWS_FOLDER } from '#domain/sow/sow-file.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { aDeal, type ChainWorld, startChain, TO_SIGNATURE } from '#test/support/chain.ts';
import { runCommand } from '#test/support/cli.ts';

const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';
const CANARY = 'kingfisher';

let world: ChainWorld;
let ofDelivery: ReconcileDeps;

beforeAll(async () => {
  world = await startChain({ apart: true });
  const named = async (stage: string): Promise<Awaited<ReturnType<typeof aDeal>>> => {
    const deal = await aDeal(stage);
    return { ...deal, ask: `For ${CANARY}.`, deal: { ...deal.deal, name: `Harbour, ${CANARY}` } };
  };
  for (const stage of ['scoping', 'negotiating']) await world.tell(await named(stage));
  await world.walk(DEAL, ...TO_SIGNATURE);
  world.perform(DEAL, 'signature');
  const won = await named('closed_won');
  await world.tell({ ...won, statement: { ...won.statement, engagement: 'GitLab for the harbour' } });
  const { settings } = world.deps;
  ofDelivery = { ...world.over(world.gitlab), settings: { ...settings, deals: DEFAULT_DEALS } };
});

afterAll(async () => {
  await world.close();
});

describe('the jobs of the project of deliveries', () => {
  it.each([
    ['sweep', sweepCommand, []],
    ['sweep --json', sweepCommand, ['--json']],
    ['check', check, []],
    ['check --json', check, ['--json']],
    ['report', report, ['--json']],
  ])('print no word of deals and change nothing: %s', async (_, command, args) => {
    world.sandbox.ledger.clear();
    const { code, stdout, stderr } = await runCommand(command, args, ofDelivery, {
      clock: world.deps.clock,
      ci: () => readCiEnvironment({ GITLAB_CI: 'true' }),
    });

    expect({ code, said: stdout + stderr }).toEqual({
      code: 0,
      said: expect.stringMatching(/SOW-1042|\b1 engagement/),
    });
    for (const word of [CANARY, 'DEAL-', 'sales']) expect(stdout + stderr).not.toContain(word);
    expect(world.sandbox.ledger.writes()).toEqual([]);
    for (const { path } of world.sandbox.ledger.entries())
      expect(decodeURIComponent(path)).not.toContain('sales');
  });

  it('carry a delivery on, and the sweep of the project of deals tells the deal', async () => {
    world.perform(SOW, 'assign-engineer');
    const carried = await sweep(ofDelivery);
    const lines = world.epic(SOW).description;

    expect(carried.map(({ engagement, outcome }) => [engagement, outcome.kind])).toEqual([[SOW, 'applied']]);
    expect(lines).toContain(`Deal [${DEAL}]`);
    await sweep(world.deps);
    expect(world.epic(SOW).description).toBe(lines);
    expect((await sweep(world.deps)).map(({ outcome }) => outcome.kind)).toEqual(['unchanged', 'unchanged']);
  });
});

describe('templates/procession.yml', () => {
  it('runs for deals whatever it runs for SOWs', async () => {
    const component = await readFile('templates/procession.yml', 'utf8');
    const lines = component.split('\n');
    const sows = lines.filter((line) => line.includes(`${SOWS_FOLDER}/**/*`));

    expect(sows).toHaveLength(2);
    for (const line of sows) {
      const at = lines.indexOf(line);
      expect(`${line}\n${lines[at + 1]}`).toContain(`${DEALS_FOLDER}/**/*`);
    }
  });
});
