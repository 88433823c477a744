/**
 * Compiles Procession once for all tests that run it as a process: they run what people install, and every one of their
 * hundreds of starts costs half. A folder of its own, because another run may be under way.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the package as it is installed. */
    readonly packageFolder: string;
  }
}

const root = join(import.meta.dirname, '../..');
/** What the package has beside its code. */
const BESIDE = ['package.json', 'issue_templates', 'sows', 'docs', 'CHANGELOG.md', 'bin'];

/** Called by Vitest before the first test of the project. @returns what is to be done after the last */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'procession-built-'));
  await promisify(execFile)(process.execPath, [join(root, '.ci/build.ts'), join(folder, 'dist')]);
  const names = new Set(await readdir(root));
  for (const name of BESIDE.filter((file) => names.has(file)))
    await symlink(join(root, name), join(folder, name));
  project.provide('packageFolder', folder);
  return async () => await rm(folder, { recursive: true, force: true });
}
