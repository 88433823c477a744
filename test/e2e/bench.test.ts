/** That every benchmark starts, ends, and yields its table. Figures are no test: they are in `docs/benchmarks.md`. */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PACKAGE } from '#test/support/built.ts';

const RUN = join(import.meta.dirname, '../../bench/run.ts');
const run = promisify(execFile);

const hasWrk = spawnSync('wrk', ['-v']).error === undefined;
if (!hasWrk)
  console.warn('\n!! wrk is not installed: the start of bench/intake is SKIPPED. apt-get install wrk\n');

/** Rows of the table, each as its cells. */
async function bench(...words: readonly string[]): Promise<string[][]> {
  const { stdout } = await run(process.execPath, [RUN, ...words]);
  const lines = stdout.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) => line.split('|').map((cell) => cell.trim()));
}

describe('npm run bench', () => {
  it('measures how fast events are applied', async () => {
    const [row = []] = await bench(
      'latency',
      '--rates',
      '4',
      '--seconds',
      '0.5',
      '--warm-up',
      '0',
      '--engagements',
      '2',
    );

    expect(row[1]).toBe('4');
    expect(Number(row[4]?.replace(',', ''))).toBeGreaterThan(30);
    expect(row.at(-2)).toBe('0');
  });

  it('measures how fast things start', async () => {
    const rows = await bench('start', '--rounds', '1', '--installed', PACKAGE);

    expect(rows.map(([, what]) => what)).toEqual([
      'bare Node',
      '`procession --help`',
      '`procession plan <file>`',
      '`procession serve` until `/healthz` answers',
    ]);
  });

  it.skipIf(!hasWrk)('measures deliveries a second, none of them refused', async () => {
    const load = ['--connections', '2', '--seconds', '1', '--warm-up', '0'];
    const rows = await bench('intake', '--servers', 'bare,sqlite', ...load);

    expect(rows.map(([, server]) => server)).toEqual([
      'bare Hono, keeps nothing',
      'procession serve, SQLite',
    ]);
    for (const row of rows) {
      expect(Number(row[3]?.replace(',', ''))).toBeGreaterThan(0);
      expect(row.at(-2)).toBe('0');
    }
  });

  it('says what there is when it is asked for something else', async () => {
    const failure = run(process.execPath, [RUN, 'nothing']);

    await expect(failure).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('latency') });
  });
});
