import { InvariantError } from '#domain/base/errors.ts';
import { canonicalJson, checksum } from '#domain/base/record-line.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import { listProcesses } from './list-processes.ts';
import { loadProcess, readProfiles } from './load-process.ts';

/** One process in one profile. */
export interface ProcessChoice {
  readonly process: string;
  readonly profile: string | null;
}

/**
 * Loads every process of a templates folder with all its profiles.
 *
 * @param only loads just this one, which is faster; the ids are all there, but nothing else is found
 * @throws ConfigError with every problem of the first process that has some
 */
export async function loadProcessStore(
  templates: string,
  only: ProcessChoice | null = null,
): Promise<ProcessStore> {
  const folders = await listProcesses(templates);
  const wanted = only === null ? folders : folders.filter(({ id }) => id === only.process);
  const loaded = await Promise.all(
    wanted.map(async ({ folder }) =>
      only === null ? await loadWithProfiles(folder) : [await loadProcess(folder, only.profile)],
    ),
  );
  const byName = new Map(loaded.flat().map((process) => [nameOf(process.id, process.profile), process]));
  return {
    ids: folders.map(({ id }) => id),
    fingerprint: checksum(canonicalJson([...byName.values()])),
    find: (id, profile) => byName.get(nameOf(id, profile)) ?? null,
  };
}

async function loadWithProfiles(folder: string): Promise<readonly ProcessDefinition[]> {
  const plain = await loadProcess(folder);
  const profiles = await readProfiles(folder);
  if (profiles === null) throw new InvariantError(`${folder} was read a moment ago and cannot be read now.`);
  return [plain, ...(await Promise.all(profiles.map(async (profile) => await loadProcess(folder, profile))))];
}

function nameOf(id: string, profile: string | null): string {
  return `${id}/${profile ?? ''}`;
}
