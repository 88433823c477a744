/**
 * What a launch costs in requests, and in time as a multiple of the API's latency: 12 steps and 14 links, one SOW and
 * several at once, in an empty group and in one that has its labels; then several at once on an instance that limits, and on
 * one that refuses some of them at the same time. Loopback only; bounded by launches.
 */
import { createGitLab } from '#gitlab/engagement/create-gitlab.ts';
import { type Budget, budgetFor, createWriteBudget, NO_LIMITS } from '#gitlab/http/write-budget.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { deliveryEngine, sampleSow, storeOf } from '../test/support/engagement.ts';
import { launchFixture } from '../test/support/launch-fixture.ts';
import { machine } from './machine.ts';
import { type SlowGitLab, startSlowGitLab } from './slow-gitlab.ts';
import { count, ms, table } from './table.ts';

export interface LaunchOptions {
  /** Milliseconds that every answer of the API takes. */
  readonly latencies: readonly number[];
  /** SOWs launched at once. */
  readonly sows: readonly number[];
  /** The median of so many launches. */
  readonly rounds: number;
}

export async function launch({ latencies, sows, rounds }: LaunchOptions): Promise<string> {
  const rows: string[][] = [];
  for (const apiMs of latencies)
    for (const size of sows)
      for (const group of ['empty', 'warm'] as const) {
        const runs: Measured[] = [];
        for (let round = 0; round < rounds; round += 1)
          runs.push(await measure({ apiMs, size, isEmpty: group === 'empty' }));
        rows.push(rowOf(apiMs, size, [group], runs));
      }
  const most = Math.max(...sows);
  const limited: string[][] = [];
  // Ten refusals of one launch are more than it is patient with.
  for (const hindrance of most < SEVERAL ? [] : HINDRANCES) {
    const measured = await measure({ apiMs: 100, size: most, isEmpty: false, hindrance });
    limited.push(rowOf(100, most, [hindrance.name], [measured]));
  }
  const header = HEADER.map((one) => (one === 'group' ? 'instance' : one));
  const tables = [
    table(HEADER, rows),
    ...(limited.length === 0 ? [] : [table(header, limited)]),
    await sideBySide(Math.max(...latencies), most),
  ];
  return `${machine()}; median of ${rounds}\n\n${tables.join('\n\n')}`;
}

/** What requests under way at the same time (`gitlab.limits.at_once`) bring: the same launches with one at a time. */
async function sideBySide(apiMs: number, most: number): Promise<string> {
  const rows: string[][] = [];
  for (const size of new Set([1, most])) {
    const measureWith = async (atOnce: number): Promise<number> =>
      (await measure({ apiMs, size, isEmpty: false, atOnce })).wallMs;
    const [one, usual] = [await measureWith(1), await measureWith(USUALLY_AT_ONCE)];
    rows.push([String(apiMs), String(size), ms(one), ms(usual), (usual / one).toFixed(2)]);
  }
  return table(['API ms', 'SOWs', 'one request at a time, ms', `${USUALLY_AT_ONCE}, ms`, 'of that'], rows);
}

/** SOWs from which on limits are measured. */
const SEVERAL = 10;

/** The default of `gitlab.limits.at_once`. */
const USUALLY_AT_ONCE = 8;

/** What keeps an instance from taking all launches at once. */
interface Hindrance {
  readonly name: string;
  readonly budget?: Budget;
  set(gitlab: SlowGitLab): void;
}

const HINDRANCES: readonly Hindrance[] = [
  {
    name: 'limits of GitLab.com, which the budget keeps',
    budget: budgetFor('https://gitlab.com', {}),
    set: ({ sandbox: { limits } }) => {
      limits.issueCreationPerMinute = 200;
      limits.noteCreationPerMinute = 60;
      limits.apiPerMinute = 2_000;
    },
  },
  {
    name: 'ten new issues refused with 429, retry after 1 s',
    set: ({ sandbox: { faults } }) => {
      const refusal = {
        when: 'before',
        kind: 'status',
        status: 429,
        headers: { 'retry-after': '1' },
      } as const;
      for (let nth = 5; nth < 15; nth += 1)
        faults.failNext({ method: 'POST', route: '/projects/:id/issues', nth, ...refusal });
    },
  },
];

const HEADER = ['API ms', 'SOWs', 'group', 'requests per SOW', 'refused', 'wall ms', 'wall ÷ latency'];

interface Measured {
  readonly requests: number;
  /** With 429. */
  readonly refused: number;
  readonly wallMs: number;
}

async function measure({
  apiMs,
  size,
  isEmpty,
  hindrance,
  atOnce = USUALLY_AT_ONCE,
}: {
  readonly apiMs: number;
  readonly size: number;
  readonly isEmpty: boolean;
  readonly hindrance?: Hindrance;
  readonly atOnce?: number;
}): Promise<Measured> {
  const gitlab = await startSlowGitLab(0);
  try {
    const launchAll = await engineOn(gitlab, atOnce, hindrance?.budget);
    if (!isEmpty) await launchAll(3000, 1);
    gitlab.setLatency(apiMs);
    hindrance?.set(gitlab);
    gitlab.sandbox.ledger.clear();
    const began = performance.now();
    await launchAll(4000, size);
    const wallMs = performance.now() - began;
    const entries = gitlab.sandbox.ledger.entries();
    const refused = entries.filter(({ status }) => status === 429).length;
    return { requests: entries.length, refused, wallMs };
  } finally {
    await gitlab.close();
  }
}

/** One adapter for all launches, as in the service. */
async function engineOn(
  { url, seed }: SlowGitLab,
  maxConcurrent: number,
  budget: Budget = NO_LIMITS,
): Promise<(from: number, size: number) => Promise<void>> {
  const options = {
    host: url,
    token: seed.bot.token,
    group: 'services',
    project: 'services/engagements',
    budget: createWriteBudget(budget, () => performance.now()),
    maxConcurrent,
  };
  const deps = { ...(await deliveryEngine(createGitLab(options))), processes: storeOf(launchFixture()) };
  const sow = await sampleSow('SOW-1042');
  return async (from, size) => {
    const launches = Array.from({ length: size }, async (_, index) => {
      const number = `SOW-${from + index}`;
      await reconcile(deps, number, { sow: { ...sow, sow: { ...sow.sow, number } }, process: 'fixture' });
    });
    await Promise.all(launches);
  };
}

function rowOf(apiMs: number, size: number, where: readonly string[], runs: readonly Measured[]): string[] {
  const { requests, refused, wallMs } = runs.toSorted((one, other) => one.wallMs - other.wallMs)[
    Math.floor(runs.length / 2)
  ] ?? { requests: 0, refused: 0, wallMs: 0 };
  const ratio = apiMs === 0 ? '–' : (wallMs / apiMs).toFixed(1);
  return [String(apiMs), String(size), ...where, count(requests / size), String(refused), ms(wallMs), ratio];
}
