import { readdir, stat } from 'node:fs/promises';
import { didYouMean } from '#domain/base/closest.ts';
import { ConfigError } from '#domain/base/errors.ts';
import { type InputProblem, problem, shown } from '#domain/base/input-problem.ts';

export interface ProcessFolder {
  readonly id: string;
  /** `issue_templates/delivery` */
  readonly folder: string;
}

/**
 * The processes of a templates folder: its folders with a `process.yml`, by name.
 *
 * @throws ConfigError when the folder cannot be read
 */
export async function listProcesses(templates: string): Promise<readonly ProcessFolder[]> {
  const root = templates.replace(/\/+$/, '');
  const names = await readdir(root).catch(() => null);
  if (names === null) throw new ConfigError([unreadable(root)]);
  const folders = await Promise.all(
    names.toSorted().map(async (id) => {
      const folder = `${root}/${id}`;
      const found = await stat(`${folder}/process.yml`).catch(() => null);
      return found?.isFile() === true ? [{ id, folder }] : [];
    }),
  );
  return folders.flat();
}

/** Finds a process of a templates folder by its id. @throws ConfigError when there is none */
export async function findProcess(templates: string, id: string): Promise<ProcessFolder> {
  const processes = await listProcesses(templates);
  const found = processes.find((process) => process.id === id);
  if (found !== undefined) return found;
  const ids = processes.map((process) => process.id);
  const fix = didYouMean(id, ids, `The processes are: ${ids.join(', ')}.`);
  throw new ConfigError([problem({ file: templates }, `there is no process ${shown(id)}`, fix)]);
}

function unreadable(file: string): InputProblem {
  const message = 'expected the folder of the templates, which cannot be read';
  return problem({ file }, message, 'Check "templates" in procession.yml.');
}
