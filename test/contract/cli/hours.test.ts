/** Finance imports the hours of a time tool, and the engagement tells what follows from them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command as explain } from '#cli/commands/explain.ts';
import { command as hours } from '#cli/commands/hours.ts';
import { aDoneWhen, aProcess, aSow, aStep } from '#test/support/builders.ts';
import { type CliResult, runCommand } from '#test/support/cli.ts';
import { sayIn, settleIn } from '#test/support/commands.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

const HEADER = 'id,engagement,day,hours,person,billable';
const TODAY = new Date('2026-11-04T12:00:00Z');

let world: EngagementWorld;
let folder: string;

const PROCESS = aProcess({
  steps: [
    aStep('first', { owner: 'manager' }),
    aStep('last', {
      after: [{ step: 'first', until: 'done' }],
      done_when: aDoneWhen({
        checklist: false,
        evidence: [{ field: 'Actual hours', kind: 'number', required: true, compare: 'hours' }],
      }),
      body: '{{> evidence}}\n',
    }),
  ],
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hours-'));
  world = await startEngagement({
    process: PROCESS,
    now: () => TODAY,
    sow: aSow({ hours: { scoped: 100 } }),
  });
  await world.apply();
});

afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

/** Imports a file with these rows. */
async function importRows(rows: readonly string[], ...options: readonly string[]): Promise<CliResult> {
  const file = join(folder, 'hours.csv');
  await writeFile(file, [HEADER, ...rows, ''].join('\n'));
  return await runCommand(hours, ['import', file, ...options], world.deps);
}

function rowsOf(total: number): readonly string[] {
  return [`T-1,SOW-1,2026-11-02,${total / 2},,`, `T-2,SOW-1,2026-11-03,${total / 2},,`];
}

async function explained(): Promise<{ readonly hours: unknown }> {
  const { stdout } = await runCommand(explain, ['SOW-1', '--json'], world.deps);
  return JSON.parse(stdout) as { readonly hours: unknown };
}

function notesAbout(level: string): number {
  return world.notes(world.epic()).filter(({ body }) => body.includes(`hours:${level}:`)).length;
}

describe('procession hours import', () => {
  it('takes hours in, shows them with source and day, and changes nothing the second time', async () => {
    const first = await importRows(rowsOf(40), '--source', 'Kantata');

    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('SOW-1: taken, 2 rows; 40 of 100 h (40 %), Kantata, 3 Nov'),
    });
    expect(world.epic().description).toContain('**Hours:** 40 of 100 h (40 %), Kantata, 3 Nov.');
    expect(await explained()).toMatchObject({
      hours: { scoped: 100, spent: 40, percent: 40, source: 'Kantata', on: '2026-11-03' },
    });
    world.sandbox.ledger.clear();
    const second = await importRows(rowsOf(40), '--source', 'Kantata');
    expect(second.stdout).toContain('SOW-1: unchanged');
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('takes the good rows and lists the bad ones by line, with those of engagements that nobody knows', async () => {
    const result = await importRows([
      'T-1,SOW-1,2026-11-02,8,Eli,yes',
      'T-2,SOW-1,2026-11-03,"7,5",Eli,yes',
      'T-3,SOW-77,2026-11-03,8,Eli,yes',
      'T-1,SOW-1,2026-11-03,4,Eli,yes',
    ]);

    expect(result.code).toBe(3);
    expect(result.stderr).toMatch(
      /hours\.csv:3 hours: expected a number with a point, got "7,5"\. Fix: Write 7\.5\./,
    );
    expect(result.stderr).toMatch(/hours\.csv:4 engagement: no engagement SOW-77 runs here/);
    expect(result.stderr).toMatch(/hours\.csv:5 id: the id "T-1" is that of line 2, which counts/);
    expect(result.stdout).toContain('SOW-1: taken, 1 row; 8 of 100 h');
    expect(result.stdout).toContain('SOW-77: left out');
  });

  it('writes nothing with --dry-run, and says what it would take', async () => {
    const before = world.epic().description;

    const result = await importRows(rowsOf(40), '--dry-run', '--json');

    expect(JSON.parse(result.stdout)).toMatchObject({
      dryRun: true,
      engagements: [{ engagement: 'SOW-1', outcome: 'would take', rows: 2 }],
      problems: [],
    });
    expect(world.epic().description).toBe(before);
  });

  it('tells a threshold once, however often hours come in, and turns the health', async () => {
    await importRows(rowsOf(80));
    expect([notesAbout('notice'), notesAbout('attention'), notesAbout('limit')]).toEqual([1, 0, 0]);
    expect(world.labels(world.epic())).toContain('health::on track');

    await importRows(rowsOf(92));
    await importRows(rowsOf(94));
    expect([notesAbout('notice'), notesAbout('attention'), notesAbout('limit')]).toEqual([1, 1, 0]);
    expect(world.labels(world.epic())).toContain('health::needs attention');

    await importRows(rowsOf(102));
    expect([notesAbout('notice'), notesAbout('attention'), notesAbout('limit')]).toEqual([1, 1, 1]);
    expect(world.labels(world.epic())).toContain('health::at risk');
  });

  it('keeps hours while the engagement is on hold, and tells thresholds when it goes on', async () => {
    sayIn(world, 'mira', world.issue('first'), '/ps hold budget');
    await settleIn(world);

    await importRows(rowsOf(80));
    expect(notesAbout('notice')).toBe(0);
    expect(await explained()).toMatchObject({ hours: { spent: 80 } });

    sayIn(world, 'mira', world.issue('first'), '/ps resume');
    await settleIn(world);
    expect(notesAbout('notice')).toBe(1);
  });
});

describe('a step that closes the books', () => {
  /** Writes the actual hours into the table and closes the issue. */
  async function closeWith(actual: string): Promise<void> {
    const issue = world.issue('last');
    world
      .by('eli')
      .write(issue, issue.description.replace(/\| Actual hours \|[^|]*\|/, `| Actual hours | ${actual} |`));
    world.by('eli').close(world.issue('last'));
    await world.reconcile();
  }

  beforeEach(async () => {
    await world.walk('first');
    await importRows(rowsOf(88));
  });

  it('shows what was estimated and what was used', () => {
    expect(world.issue('last').description).toContain('**Estimated against actual**');
    expect(world.issue('last').description).toContain(
      '| Hours used | 88 of 100 h (88 %), time tool, 3 Nov |',
    );
    expect(world.issue('last').description).toContain('| Difference | −12 h |');
  });

  it('is refused with both numbers where they are more than a tenth apart', async () => {
    await closeWith('12');

    expect(world.issue('last').state).toBe('opened');
    const [note] = world.notesOf(world.issue('last'), 'closed-too-early');
    expect(note?.body).toContain(
      '**Actual hours** says 12, and the hours of this engagement say 88 of 100 h',
    );
  });

  it.each(['88', '80 h', '96,5'])('is done with %s', async (actual) => {
    await closeWith(actual);

    expect(world.state('last')).toBe('workflow::done');
  });

  it('is done with any number where a manager waives it', async () => {
    sayIn(world, 'mira', world.issue('last'), '/ps waive the tool was down');
    await settleIn(world);
    await closeWith('12');

    expect(world.state('last')).toBe('workflow::waived');
  });
});
