import { appendFile, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyGitLab } from '#cli/offline-gitlab.ts';
import { command as replay } from '#cli/replay.ts';
import { command as sweep } from '#cli/sweep.ts';
import { writeManagedBlock } from '#domain/managed-block.ts';
import { encodeSowRecord } from '#domain/sow-record.ts';
import type { ActualState } from '#domain/state.ts';
import { SILENT } from '#ports/logger.ts';
import type { ReconcileDeps } from '#reconciler/reconcile.ts';
import { anEpic, aProcess, aSow, aState, aStep, someSettings } from '#test/support/builders.ts';
import { type CliResult, runCommand } from '#test/support/cli.ts';

const RULES = aProcess({
  steps: [aStep('first'), aStep('last', { after: [{ step: 'first', until: 'done' }] })],
});
const LOOSER = aProcess({ steps: [aStep('first'), aStep('last')] });

function engagement(number: string): ActualState {
  const marker = { kind: 'epic', engagement: number, process: 'sample', profile: null, step: null } as const;
  const record = encodeSowRecord(aSow({ sow: { number, signed_on: '2026-11-02' } }));
  return aState({
    engagement: number,
    epics: [anEpic({ description: writeManagedBlock('', marker, `Block\n${record}`) })],
  });
}

/** In shadow mode, so that sweeping an invented GitLab writes nothing. */
function deps(process = RULES): ReconcileDeps {
  const settings = someSettings();
  return {
    gitlab: { ...emptyGitLab(), readAll: async () => [engagement('SOW-1'), engagement('SOW-2')] },
    processes: { ids: ['sample'], fingerprint: 'test', find: (id) => (id === 'sample' ? process : null) },
    settings: { ...settings, policy: { ...settings.policy, mode: 'shadow' } },
    logger: SILENT,
    clock: { now: () => '2026-11-23T12:00:00.000Z' },
  };
}

let folder: string;
let recorded: string;

async function file(text: string): Promise<string> {
  const path = join(await mkdtemp(join(folder, 'case-')), 'decisions.jsonl');
  await writeFile(path, text);
  return path;
}

async function replayed(path: string, process = RULES, ...more: readonly string[]): Promise<CliResult> {
  return await runCommand(replay, [path, ...more], deps(process), {
    gitlab: async () => {
      throw new Error('replay asks no GitLab');
    },
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
  const path = join(folder, 'new/decisions.jsonl');
  await runCommand(sweep, ['--record', path], deps());
  await runCommand(sweep, ['--record', path], deps());
  recorded = await readFile(path, 'utf8');
});

describe('recording', () => {
  it('appends a line for each decision, for the owner only', async () => {
    expect(recorded.trimEnd().split('\n')).toHaveLength(4);
    expect((await stat(join(folder, 'new/decisions.jsonl'))).mode & 0o077).toBe(0);
  });

  it('begins on a new line where a crash has cut off the last', async () => {
    const path = await file(recorded.slice(0, 500));
    await runCommand(sweep, ['--record', path], deps());

    const { code, stdout } = await replayed(path);

    expect(code).toBe(3);
    expect(stdout).toContain(`${path}:1: is no record of a decision`);
    expect(stdout).toContain('2 decisions about 2 engagements');
  });

  it('says before the sweep that the file cannot be written', async () => {
    const { code, stderr } = await runCommand(sweep, ['--record', folder], deps());

    expect(code).toBe(3);
    expect(stderr).toContain('it is a folder');
  });
});

describe('procession replay', () => {
  it('says that the same rules decide the same', async () => {
    const result = await replayed(await file(recorded));

    expect(result).toEqual({
      code: 0,
      stdout: '4 decisions about 2 engagements: the rules of now decide the same.\n',
      stderr: '',
    });
  });

  it('tells a difference that lasts once, with why, and exits as plan does when there is something to do', async () => {
    const { code, stdout } = await replayed(await file(recorded), LOOSER, 'SOW-2');

    expect(code).toBe(5);
    expect(stdout).toBe(
      [
        'SOW-2 · 2026-11-23T12:00:00Z to 2026-11-23T12:00:00Z (2 decisions)',
        '  last: blocked → ready',
        '      then  waits for first to be done',
        '      now   nothing is in the way as soon as its issue exists',
        '  - link first blocks last',
        '',
        'Signs: → then and now, + would be done as well, - would no longer be done.',
        '2 decisions about 1 engagement: 2 would be made otherwise.',
        '',
      ].join('\n'),
    );
  });

  it('gives everything as JSON', async () => {
    const { stdout } = await replayed(await file(`${recorded}nonsense\n`), LOOSER, '--json');

    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      same: false,
      counts: { decisions: 4, engagements: 2, different: 4, problems: 1 },
      differences: [
        {
          engagement: 'SOW-1',
          decisions: 2,
          sameProcess: false,
          undecided: null,
          difference: { steps: [{ step: 'last' }] },
        },
        { engagement: 'SOW-2' },
      ],
      problems: [{ line: 5 }],
    });
  });

  it('says what cannot be decided now', async () => {
    const gone = await runCommand(replay, [await file(recorded)], {
      ...deps(),
      processes: { ids: ['other'], fingerprint: 'test', find: () => null },
    });

    expect(gone.code).toBe(5);
    expect(gone.stdout).toContain('cannot be decided now: needs the process "sample", and there is none');
  });

  it.each([
    ['no JSON', 'nonsense', 'is no record of a decision'],
    ['a list', '[]', 'version: expected 1, got nothing'],
    ['another version', '{"version":2}', 'Fix: Replay it with the Procession that recorded it'],
    ['too little', '{"version":1}', 'at: '],
    ['no text at all', '\u0000\u001b[2J', 'is no record of a decision'],
  ])('names the line that is %s, and goes on', async (_, line, said) => {
    const { code, stdout } = await replayed(await file(`${line}\n\n${recorded}`));

    expect(code).toBe(3);
    expect(stdout).toContain('decisions.jsonl:1');
    expect(stdout).toContain(said);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain(
      '4 decisions about 2 engagements: the rules of now decide the same; 1 line could not be read.',
    );
  });

  it('counts what is wrong beyond twenty lines, and passes over a line without end', async () => {
    const path = await file('x\n'.repeat(30));
    await appendFile(path, 'y'.repeat(17_000_000));
    await appendFile(path, `\n${recorded}`);

    const { stdout } = await replayed(path);

    expect(stdout).toContain('and 11 more lines like these');
    expect(stdout).toContain('4 decisions about 2 engagements');
  });

  it.each([
    ['an empty file', '', [], 'holds no decision.'],
    ['no decision about the engagement', null, ['SOW-9'], 'holds no decision about SOW-9.'],
  ])('refuses to say anything about %s', async (_, text, more, said) => {
    const { code, stderr } = await replayed(await file(text ?? recorded), RULES, ...more);

    expect(code).toBe(3);
    expect(stderr).toContain(said);
  });

  it('is never brought down by a line', async () => {
    const [line = ''] = recorded.split('\n');
    const record: unknown = JSON.parse(line);
    const paths = leaves(record);
    const odd = fc.constantFrom<unknown>(
      null,
      '',
      -1,
      1e308,
      '9999-12-31',
      '0001-01-01T00:00:00Z',
      [],
      {},
      'SOW-1',
      true,
      '\u202e',
    );

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...paths), odd), { minLength: 1, maxLength: 3 }),
        async (changes) => {
          const changed: unknown = structuredClone(record);
          for (const [path, value] of changes) put(changed, path, value);
          const { code, stderr } = await replayed(await file(`${JSON.stringify(changed)}\n`));
          expect([0, 3, 5]).toContain(code);
          expect(stderr).not.toContain('This is a bug');
        },
      ),
      { numRuns: 150 },
    );
  });
});

function leaves(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => leaves(part, [...path, key]))].filter(
    ({ length }) => length > 0,
  );
}

function put(into: unknown, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (typeof into !== 'object' || into === null) return;
  const fields = into as Record<string, unknown>;
  if (rest.length === 0) fields[key] = value;
  else put(fields[key], rest, value);
}
