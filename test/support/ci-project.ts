/** A repository as a team has one: settings, SOWs, a process, under git in a folder of its own. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { copyFirstDelivery } from './first-version.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Git looks for nothing to tidy up after each commit. */
const CONFIG = '[user]\n\tname = Ada Owens\n\temail = ada@example.com\n[maintenance]\n\tauto = false\n';

export const SETTINGS =
  'gitlab: { group: services, project: services/engagements }\nroles: { manager: [mira], engineer: [eli] }\n';

/** In one process of its own: a start from a worker of Vitest, which is large, costs several times what git does. */
const COMMIT = 'git add --all && git commit --quiet --allow-empty --message "$1" && git rev-parse HEAD';

export interface CiProject {
  readonly folder: string;
  /** Runs git in it; resolves to what it printed, trimmed. */
  git(...args: readonly string[]): Promise<string>;
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
  /** Commits everything. @returns the commit */
  commit(message?: string): Promise<string>;
  /** Copies a sample SOW of the project, changed as told. */
  addSow(number: string, change?: (text: string) => string): Promise<void>;
  close(): Promise<void>;
}

/** @param given `process`: whether it has a process of its own, which is then `delivery` */
export async function createCiProject({ process: withProcess = false } = {}): Promise<CiProject> {
  const folder = await mkdtemp(join(tmpdir(), 'procession-ci-'));
  await cp(await mould(withProcess), folder, { recursive: true });
  const git = gitIn(folder);
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  };
  const read = async (file: string): Promise<string> => await readFile(join(folder, file), 'utf8');
  const project: CiProject = {
    folder,
    git,
    write,
    read,
    commit: async (message = 'Change something') =>
      (await run('sh', ['-c', COMMIT, 'commit', message], { cwd: folder })).stdout.trim(),
    addSow: async (number, change = (text) => text) => {
      const text = await readFile(join(root, 'sows/SOW-1042.yml'), 'utf8');
      await write(`sows/${number}.yml`, change(text.replaceAll('SOW-1042', number)));
    },
    close: async () => await rm(folder, { recursive: true, force: true }),
  };
  return project;
}

/** A project with a process of its own, which is gone when the test that asks for it has ended. */
export async function ciProjectOfTest(): Promise<CiProject> {
  const project = await createCiProject({ process: true });
  onTestFinished(async () => await project.close());
  return project;
}

const moulds = new Map<boolean, Promise<string>>();

/** A project as it begins: made once, because every call of git is a process. */
function mould(withProcess: boolean): Promise<string> {
  const known = moulds.get(withProcess) ?? makeMould(withProcess);
  moulds.set(withProcess, known);
  return known;
}

async function makeMould(withProcess: boolean): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'procession-ci-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const git = gitIn(folder);
  await git('init', '--quiet', '--initial-branch=main', '--template=');
  await writeFile(join(folder, '.git/config'), CONFIG, { flag: 'a' });
  await writeFile(join(folder, 'procession.yml'), SETTINGS);
  await mkdir(join(folder, 'sows'), { recursive: true });
  await writeFile(join(folder, 'README.md'), '# Engagements\n');
  if (withProcess) await copyFirstDelivery(join(folder, 'issue_templates/delivery'));
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Begin');
  return folder;
}

function gitIn(folder: string): (...args: readonly string[]) => Promise<string> {
  return async (...args) => (await run('git', [...args], { cwd: folder })).stdout.trim();
}
