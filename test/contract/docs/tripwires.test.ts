/** Gates that could pass on nothing: each is given something forbidden and must refuse it. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
let folder: string;

/** Runs a tool of ours in the planted project. */
async function tool(name: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await run(join(root, 'node_modules/.bin', name), args, { cwd: folder });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: `${stdout}${stderr}` };
  }
}

/** As `npm run` knows them. */
function packageScripts(): { readonly check: string } {
  const text = readFileSync(join(root, 'package.json'), 'utf8');
  return (JSON.parse(text) as { scripts: { check: string } }).scripts;
}

async function plant(file: string, text: string): Promise<void> {
  const path = join(folder, file);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'procession-tripwire-'));
  for (const file of [
    'package.json',
    'tsconfig.json',
    '.oxlintrc.json',
    'biome.json',
    'knip.json',
    'vitest.config.ts',
  ])
    await cp(join(root, file), join(folder, file));
  await cp(join(root, '.ci/direction.ts'), join(folder, '.ci/direction.ts'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await plant('src/ports/clock.ts', 'export interface Clock { now(): string }\n');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('import rules', () => {
  const forbidden: readonly [name: string, file: string, text: string, message: string][] = [
    [
      'the domain imports a port',
      'src/domain/a.ts',
      "import type { Clock } from '#ports/clock.ts';\nexport const a = (clock: Clock): string => clock.now();\n",
      'src/domain is pure',
    ],
    [
      'the domain reads a file',
      'src/domain/a.ts',
      "import { readFileSync } from 'node:fs';\nexport const a = (): string => readFileSync('a', 'utf8');\n",
      'src/domain is pure',
    ],
    [
      'the domain reads the clock',
      'src/domain/a.ts',
      'export const a = (): number => new Date().getTime();\n',
      'Date',
    ],
    [
      'the domain throws dice',
      'src/domain/a.ts',
      'export const a = (): number => Math.random();\n',
      'random',
    ],
    [
      'the reconciler imports an adapter',
      'src/reconciler/a.ts',
      "import { gitlab } from '#gitlab/a.ts';\nexport const a = gitlab;\n",
      'src/reconciler',
    ],
    [
      'the sandbox knows our code',
      'sandbox/a.ts',
      "import type { Clock } from '#ports/clock.ts';\nexport const a = (clock: Clock): string => clock.now();\n",
      'sandbox stands in',
    ],
    [
      'a folder is left by ../',
      'src/cli/a.ts',
      "import { b } from '#test/gitlab/b.ts';\nexport const a = b;\n",
      'src/cli',
    ],
    [
      'the environment is read outside config',
      'src/gitlab/a.ts',
      "export const a = process.env['GITLAB_TOKEN'];\n",
      'process.env',
    ],
    [
      'a promise is left floating',
      'src/gitlab/a.ts',
      'async function b(): Promise<void> {}\nexport function a(): void {\n  b();\n}\n',
      'no-floating-promises',
    ],
    ['a default export', 'src/gitlab/a.ts', 'export default 1;\n', 'no-default-export'],
  ];

  /** Of the planted files, by file: all are looked at in one run. */
  let refusals: ReadonlyMap<string, string>;
  let exitCode: number;

  const planted = forbidden.map(([name, file, text, message], index) => ({
    name,
    file: file.replace('a.ts', `a${index}.ts`),
    text,
    message,
  }));

  beforeAll(async () => {
    for (const { file, text } of planted) await plant(file, text);
    const { code, output } = await tool('oxlint', ['--format', 'json', 'src', 'sandbox']);
    for (const { file } of planted) await rm(join(folder, file));
    exitCode = code;
    const { diagnostics } = JSON.parse(output) as { diagnostics: readonly { filename: string }[] };
    refusals = new Map(
      planted.map(({ file }) => [
        file,
        JSON.stringify(diagnostics.filter(({ filename }) => filename.endsWith(file))),
      ]),
    );
  });

  it.each(planted)('oxlint refuses that $name', ({ file, message }) => {
    expect(refusals.get(file)).toContain(message);
    expect(exitCode).not.toBe(0);
  });

  it('oxlint accepts a legal file, so that refusals mean something', async () => {
    await plant('src/domain/a.ts', 'export const a = (text: string): string => text.trim();\n');

    const result = await tool('oxlint', ['src', 'sandbox']);

    await rm(join(folder, 'src/domain/a.ts'));
    expect(result).toMatchObject({ code: 0 });
  });
});

describe('the direction of imports', () => {
  const direction = async (): Promise<{ code: number; output: string }> =>
    await tool('node', ['.ci/direction.ts']);

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'a type from a room above',
      {
        'src/domain/base/low.ts':
          "import type { High } from '#domain/plan/high.ts';\nexport type Low = High;\n",
        'src/domain/plan/high.ts': 'export interface High { readonly a: 1 }\n',
      },
      /src\/domain\/base\/low\.ts imports src\/domain\/plan\/high\.ts: src\/domain\/plan does not stand below/,
    ],
    [
      'a circle of types in one room',
      {
        'src/domain/base/one.ts':
          "import type { Two } from './two.ts';\nexport interface One { readonly two: Two }\n",
        'src/domain/base/two.ts': "export type Two = import('./one.ts').One | null;\n",
      },
      /in a circle: src\/domain\/base\/one\.ts, src\/domain\/base\/two\.ts/,
    ],
    [
      'what the stand-in for GitLab must not know',
      {
        'sandbox/spy.ts': "import type { Clock } from '#ports/clock.ts';\nexport type Spy = Clock;\n",
      },
      /sandbox\/spy\.ts imports src\/ports\/clock\.ts: sandbox knows nothing else/,
    ],
    [
      'a folder that is nowhere in the table',
      { 'src/attic/old.ts': "import type { Clock } from '#ports/clock.ts';\nexport type Old = Clock;\n" },
      /src\/attic\/old\.ts stands in no room/,
    ],
  ])('refuses %s', async (_, planted, message) => {
    for (const [file, text] of Object.entries(planted)) await plant(file, text);

    const result = await direction();

    for (const file of Object.keys(planted)) await rm(join(folder, file));
    expect(result.output).toMatch(message);
    expect(result.code).not.toBe(0);
  });

  it('refuses to have seen nothing, and accepts arrows that point down', async () => {
    const nothing = await direction();
    await plant(
      'src/gitlab/http/a.ts',
      "import type { Clock } from '#ports/clock.ts';\nexport type A = Clock;\n",
    );
    const fine = await direction();

    await rm(join(folder, 'src/gitlab/http/a.ts'));
    expect(nothing.code).not.toBe(0);
    expect(fine).toEqual({ code: 0, output: '' });
  });
});

describe('other gates', () => {
  it('what checks the code refuses a type error', async () => {
    expect(packageScripts().check).toMatch(
      /^oxlint --type-check src sandbox test bench \.ci vitest\.config\.ts && /,
    );
    await plant('src/domain/a.ts', 'export const a: number = "text";\n');

    const result = await tool('oxlint', ['--type-check', 'src']);

    await rm(join(folder, 'src/domain/a.ts'));
    expect(result.output).toContain('TS2322');
    expect(result.code).not.toBe(0);
  });

  it('biome refuses unformatted code', async () => {
    await plant('src/domain/a.ts', 'export   const a = "b"\n');

    const result = await tool('biome', ['ci', '.']);

    await rm(join(folder, 'src/domain/a.ts'));
    expect(result.code).not.toBe(0);
  });

  it('knip refuses an unused file', async () => {
    await plant('src/main.ts', "process.stdout.write('x');\n");
    await plant('src/domain/unused.ts', 'export const a = 1;\n');

    const result = await tool('knip', ['--include', 'files']);

    await rm(join(folder, 'src/domain/unused.ts'));
    expect(result.output).toContain('src/domain/unused.ts');
    expect(result.code).not.toBe(0);
  });

  it('vitest refuses to pass on no tests', async () => {
    const result = await tool('vitest', ['run', '--project', 'unit']);

    expect(result.code).not.toBe(0);
  });
});
