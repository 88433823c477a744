/** Checks whatever files and folders a person names. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, normalize } from 'node:path';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import { DEFAULT_DEALS, type DealSettings } from '#domain/base/settings.ts';
import { doubledNumbers, renumbered, sharedSows } from '#domain/sow/doubles.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { isSowFileName, SOWS_FOLDER } from '#domain/sow/sow-file.ts';
import { isDeal } from '#domain/sow/subject.ts';
import { FROZEN_FILE, VERSIONS_FOLDER } from '#domain/versions/versions.ts';
import { listProcesses } from './list-processes.ts';
import { listSowFiles } from './list-sows.ts';
import { lintProcess } from './load-process.ts';
import { lintSubject } from './load-sow.ts';

/** What was checked, and what is wrong. */
export interface LintResult {
  readonly problems: readonly InputProblem[];
  readonly checked: { readonly processes: number; readonly sows: number; readonly deals: number };
}

/** What was checked, with the SOWs that can be used. */
export interface LintedPaths extends LintResult {
  readonly usable: readonly { readonly file: string; readonly sow: Sow }[];
}

/** The files behind some paths, each once. */
interface Found {
  readonly processes: Set<string>;
  readonly sows: Set<string>;
  readonly problems: InputProblem[];
}

/**
 * Checks SOW files, folders of them, templates folders, process folders and files in those. Settings files are left to
 * the caller. Nothing is thrown for what is wrong in them.
 */
export async function lintPaths(
  paths: readonly string[],
  settings: DealSettings = DEFAULT_DEALS,
): Promise<LintedPaths> {
  const found: Found = { processes: new Set(), sows: new Set(), problems: [] };
  for (const path of paths) await look(normalize(path).replace(/(?<=.)\/+$/, ''), found);
  const processes = await Promise.all([...found.processes].map(lintProcess));
  const files = [...found.sows];
  const sows = await Promise.all(files.map(async (file) => await lintSubject(file, settings)));
  const doubles = doubledNumbers(sows.flatMap(({ numbered }) => numbered ?? []));
  const usable = sows.flatMap(({ subject }, index) =>
    subject === null || isDeal(subject) ? [] : [{ file: files[index] ?? '', sow: subject }],
  );
  const deals = sows.flatMap(({ subject }, index) =>
    subject !== null && isDeal(subject) ? [{ file: files[index] ?? '', deal: subject }] : [],
  );
  return {
    problems: [
      ...found.problems,
      ...processes.flat(),
      ...sows.flatMap(({ problems }) => problems),
      ...doubles,
      ...renumbered(usable),
      ...sharedSows(deals),
    ],
    checked: {
      processes: found.processes.size,
      sows: found.sows.size - deals.length,
      deals: deals.length,
    },
    usable,
  };
}

async function look(path: string, found: Found): Promise<void> {
  const entry = await stat(path).catch(() => null);
  if (entry === null) {
    found.problems.push(
      problem(
        { file: path },
        'there is no such file or folder',
        'Check the path; it is relative to the current folder.',
      ),
    );
  } else if (entry.isDirectory()) {
    await lookInFolder(path, found);
  } else if (['process.yml', FROZEN_FILE].includes(basename(path)) || path.endsWith('.md')) {
    found.processes.add(processFolder(dirname(path)));
  } else if (await isProcess(dirname(dirname(path)))) {
    found.processes.add(dirname(dirname(path)));
  } else if (isSowFileName(basename(path))) {
    found.sows.add(path);
  } else {
    found.problems.push(
      problem(
        { file: path },
        'expected a SOW file (.yml, .yaml, .json), a template or a folder',
        'Name another file.',
      ),
    );
  }
}

async function lookInFolder(folder: string, found: Found): Promise<void> {
  const names = await readdir(folder);
  if (names.includes('process.yml')) {
    found.processes.add(processFolder(folder));
    return;
  }
  if (await isProcess(dirname(folder))) {
    found.processes.add(dirname(folder));
    return;
  }
  const processes = await listProcesses(folder);
  for (const process of processes) found.processes.add(process.folder);
  if (processes.length > 0) return;
  if (names.includes(SOWS_FOLDER) || names.includes('.git')) {
    found.problems.push(
      problem(
        { file: folder },
        'this is the folder of a whole project',
        'Leave the path out, and lint looks at the settings, the templates and the SOWs; or name sows/.',
      ),
    );
    return;
  }
  const sows = await listSowFiles(folder);
  for (const file of sows) found.sows.add(file);
  if (sows.length === 0)
    found.problems.push(
      problem(
        { file: folder },
        'there is nothing to check in this folder',
        'Name a folder of processes or of SOW files.',
      ),
    );
}

/** A frozen version belongs to its process: `issue_templates/delivery/versions/1` to `issue_templates/delivery`. */
function processFolder(folder: string): string {
  const versions = dirname(folder);
  return basename(versions) === VERSIONS_FOLDER ? dirname(versions) : folder;
}

/** Cases lie in a folder of their process. */
async function isProcess(folder: string): Promise<boolean> {
  return (await stat(join(folder, 'process.yml')).catch(() => null))?.isFile() === true;
}
