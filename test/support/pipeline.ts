/** Runs pipelines with gitlab-ci-local and its shell executor, with components fetched from a repository on this machine. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BUILT_ENV, MAIN } from './built.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Where the examples of the documentation say that Procession lives. */
const COMPONENTS = 'https://gitlab.example.com/acme/procession.git';
const TEAM = 'https://gitlab.example.com/acme/engagements.git';

export interface PipelineRun {
  readonly code: number;
  readonly output: string;
}

export interface Runner {
  /** The team's repository is told where it belongs, and what GitLab's main branch is. */
  adopt(folder: string): Promise<void>;
  /** Checks the configuration with everything it includes against GitLab's own schema. @throws with every violation */
  validate(folder: string): Promise<void>;
  /** Names of the jobs of a pipeline, in order. */
  jobs(folder: string, variables: Variables): Promise<readonly string[]>;
  /** Both in one start, which takes a second of processor time. */
  validJobs(folder: string, variables: Variables): Promise<readonly string[]>;
  /** Runs a pipeline, or only the named jobs of it. */
  run(folder: string, variables: Variables, jobs?: readonly string[]): Promise<PipelineRun>;
  close(): Promise<void>;
}

/** The check takes longer than all the rest, so it is made once for each configuration. */
const UNCHECKED = '--no-json-schema-validation';

export type Variables = Readonly<Record<string, string>>;

/** `procession` on the path of the jobs is this working copy. */
export async function createRunner(): Promise<Runner> {
  const home = await mkdtemp(join(tmpdir(), 'procession-runner-'));
  const bin = join(home, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'procession'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  await chmod(join(bin, 'procession'), 0o755);
  const components = await createComponents(home);
  const env = {
    ...BUILT_ENV,
    PATH: `${bin}:${BUILT_ENV['PATH']}`,
    HOME: home,
    // No network: what the recipes fetch from GitLab is a folder.
    GIT_CONFIG_COUNT: '4',
    GIT_CONFIG_KEY_0: `url.file://${components}.insteadOf`,
    GIT_CONFIG_VALUE_0: COMPONENTS,
    GIT_CONFIG_KEY_1: `url.file://${components}.insteadOf`,
    GIT_CONFIG_VALUE_1: COMPONENTS.replace('.com/', '.com:443/'),
    GIT_CONFIG_KEY_2: 'user.name',
    GIT_CONFIG_VALUE_2: 'Ada Owens',
    GIT_CONFIG_KEY_3: 'user.email',
    GIT_CONFIG_VALUE_3: 'ada@example.com',
  };

  async function call(folder: string, args: readonly string[], variables: Variables): Promise<PipelineRun> {
    const given = Object.entries(variables).flatMap(([name, value]) => ['--variable', `${name}=${value}`]);
    const names = Object.keys(variables).filter((name) => name.startsWith('CI_'));
    return await new Promise((resolve) => {
      execFile(
        process.execPath,
        [
          join(root, 'node_modules/gitlab-ci-local/dist/index.js'),
          ...given,
          ...(names.length > 0 ? ['--ignore-predefined-vars', names.join(',')] : []),
          ...args,
        ],
        { cwd: folder, env, maxBuffer: 32 * 1024 * 1024 },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
          resolve({ code, output: `${stdout}${stderr}` });
        },
      );
    });
  }

  /** @param more options of the call */
  async function list(
    folder: string,
    variables: Variables,
    ...more: readonly string[]
  ): Promise<readonly string[]> {
    const { code, output } = await call(folder, ['--list-csv', ...more], variables);
    const lines = output.split('\n');
    const head = lines.findIndex((line) => line.startsWith('name;stage;'));
    const isChecked = more.includes(UNCHECKED) || output.includes('json schema validated');
    if (code !== 0 || head < 0 || !isChecked) throw new Error(`the configuration is refused:\n${output}`);
    return lines.slice(head + 1).flatMap((line) => (line.includes(';') ? [line.split(';', 1)[0] ?? ''] : []));
  }

  return {
    adopt: async (folder) => {
      const git = async (...args: readonly string[]) => await run('git', [...args], { cwd: folder });
      await git('remote', 'add', 'origin', TEAM);
      await git('update-ref', 'refs/remotes/origin/main', 'HEAD');
      await git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
    },
    validate: async (folder) => void (await list(folder, {})),
    jobs: async (folder, variables) => await list(folder, variables, UNCHECKED),
    validJobs: async (folder, variables) => await list(folder, variables),
    run: async (folder, variables, jobs = []) =>
      await call(folder, ['--force-shell-executor', '--shell-isolation', UNCHECKED, ...jobs], variables),
    close: async () => await rm(home, { recursive: true, force: true }),
  };
}

/** A bare repository with the components of this working copy, released as 1.0.0 and as the version of the package. */
async function createComponents(home: string): Promise<string> {
  const source = join(home, 'source');
  const bare = join(home, 'components.git');
  await cp(join(root, 'templates'), join(source, 'templates'), { recursive: true });
  const git = async (cwd: string, ...args: readonly string[]) =>
    await run('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd });
  await git(source, 'init', '--quiet', '--initial-branch=main');
  await git(source, 'add', '--all');
  await git(source, 'commit', '--quiet', '--message', 'Components');
  await git(source, 'tag', '1.0.0');
  await git(source, 'tag', packageVersion());
  await git(home, 'clone', '--quiet', '--bare', source, bare);
  await git(bare, 'config', 'uploadpack.allowFilter', 'true');
  return bare;
}

/** Version that `procession init` writes. */
export function packageVersion(): string {
  const text = readFileSync(join(root, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
