import { ConfigError } from '#domain/base/errors.ts';
import type { InputProblem } from '#domain/base/input-problem.ts';
import type { SubjectKind } from '#domain/base/keys.ts';
import { lazily, once } from '#domain/base/lazily.ts';
import { canonicalJson, checksum } from '#domain/base/record-line.ts';
import type { InAllProfiles, ProcessDefinition } from '#domain/process/process.ts';
import { rulesHash } from '#domain/versions/rules-hash.ts';
import { textsHash } from '#domain/versions/texts-hash.ts';
import { chooseVersion, type FrozenNote, notedRules, type VersionChoice } from '#domain/versions/versions.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import {
  frozenDefinitions,
  frozenDraft,
  frozenFolder,
  isFrozenFrom,
  listFrozen,
  readNote,
} from './frozen-versions.ts';
import { listProcesses } from './list-processes.ts';
import { loadProcess, loadProfiles } from './load-process.ts';
import { readProcessDraft, readProcessTexts } from './process-draft.ts';

/** One process in one profile. */
export interface ProcessChoice {
  readonly process: string;
  readonly profile: string | null;
}

/**
 * Loads every process of a templates folder with all its profiles and frozen versions.
 *
 * @param only loads just this one as it is now, which is faster; the ids are all there, but nothing else is found
 * @throws ConfigError with every problem of the first process that has some
 */
export async function loadProcessStore(
  templates: string,
  only: ProcessChoice | null = null,
): Promise<ProcessStore> {
  const folders = await listProcesses(templates);
  const wanted = only === null ? folders : folders.filter(({ id }) => id === only.process);
  const loaded = await Promise.all(
    wanted.map(
      async ({ id, folder }) =>
        [id, only === null ? await loadWhole(folder) : await loadCurrent(folder, only.profile)] as const,
    ),
  );
  return storeOf(
    folders.map(({ id }) => id),
    new Map(loaded),
  );
}

/**
 * Loads every process as {@link loadProcessStore} does, also beside one that has problems: its current definition is not
 * found, and the problems are named.
 *
 * @throws ConfigError when the folder cannot be read
 */
export async function loadUsableProcesses(templates: string): Promise<ProcessStore> {
  const folders = await listProcesses(templates);
  const broken = new Map<string, readonly InputProblem[]>();
  const brokenAbout = new Map<string, SubjectKind>();
  const loaded = await Promise.all(
    folders.map(async ({ id, folder }) => {
      try {
        return [id, await loadWhole(folder)] as const;
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        broken.set(id, error.problems);
        const { about } = await readProcessDraft(folder);
        if (about !== null) brokenAbout.set(id, about);
        return [id, await loadFrozen(folder)] as const;
      }
    }),
  );
  return storeOf(
    folders.map(({ id }) => id),
    new Map(loaded),
    broken.size === 0 ? {} : { broken, brokenAbout },
  );
}

function storeOf(
  ids: readonly string[],
  loaded: ReadonlyMap<string, LoadedProcess>,
  broken: Pick<ProcessStore, 'broken' | 'brokenAbout'> = {},
): ProcessStore {
  const find: ProcessStore['find'] = (id, profile, which) => {
    const process = loaded.get(id);
    if (process === undefined) return null;
    if (which === undefined) return inProfile(process.current, profile);
    return chooseVersion(process.choices(profile), which)?.definition() ?? null;
  };
  return lazily(
    { ids, find, ...broken },
    {
      // Goes through every text, and only sweeps ask for it.
      fingerprint: () =>
        checksum(
          canonicalJson(
            [...loaded.values()].map(({ current, frozen }) => [
              ...current,
              ...frozen.map(({ note }) => note),
            ]),
          ),
        ),
    },
  );
}

/** One process: as it is now, and the frozen versions that say something else. */
interface LoadedProcess {
  /** In all profiles; empty where it cannot be used. */
  readonly current: readonly ProcessDefinition[];
  readonly frozen: readonly LoadedVersion[];
  /** Everything an engagement in this profile may name. */
  readonly choices: (profile: string | null) => readonly Choice[];
}

interface LoadedVersion {
  readonly note: FrozenNote;
  /** Parsed at the first call. */
  readonly definitions: () => InAllProfiles | null;
}

async function loadCurrent(folder: string, profile: string | null): Promise<LoadedProcess> {
  return loadedProcess([await loadProcess(folder, profile)], []);
}

async function loadWhole(folder: string): Promise<LoadedProcess> {
  const { files, definitions: current } = await loadProfiles(folder);
  const names = await listFrozen(folder);
  const frozen = await Promise.all(
    names.map(async (name) => await loadVersion(frozenFolder(folder, name), { current, files })),
  );
  return loadedProcess(current, frozen.flat());
}

/** The frozen versions alone. */
async function loadFrozen(folder: string): Promise<LoadedProcess> {
  const names = await listFrozen(folder);
  const frozen = await Promise.all(
    names.map(async (name) => await loadVersion(frozenFolder(folder, name), null)),
  );
  return loadedProcess([], frozen.flat());
}

function loadedProcess(
  current: readonly ProcessDefinition[],
  frozen: readonly LoadedVersion[],
): LoadedProcess {
  const known = new Map<string | null, readonly Choice[]>();
  const choices = (profile: string | null): readonly Choice[] => {
    const found = known.get(profile) ?? [
      ...currentChoice(inProfile(current, profile)),
      ...frozenChoices(frozen, profile),
    ];
    known.set(profile, found);
    return found;
  };
  return { current, frozen, choices };
}

/** Nothing for a folder that was not made by `procession freeze`, and for the frozen copy of what is current. */
async function loadVersion(
  folder: string,
  beside: { readonly current: InAllProfiles; readonly files: () => FrozenNote['files'] } | null,
): Promise<readonly LoadedVersion[]> {
  const note = readNote(folder);
  if (note === null || (beside !== null && isCopy(note, beside))) return [];
  const texts = await readProcessTexts(folder);
  return [{ note, definitions: once(() => frozenDefinitions(frozenDraft(texts))) }];
}

/** Whether a frozen version says what the current files say. */
function isCopy(
  note: FrozenNote,
  { current, files }: { readonly current: InAllProfiles; readonly files: () => FrozenNote['files'] },
): boolean {
  return (
    isFrozenFrom(note, files()) &&
    note.version === current[0].version &&
    Object.keys(note.profiles).length === current.length - 1 &&
    current.every((definition) => notedRules(note, definition.profile) === rulesHash(definition))
  );
}

interface Choice extends VersionChoice {
  readonly definition: () => ProcessDefinition | null;
}

function currentChoice(current: ProcessDefinition | null): readonly Choice[] {
  if (current === null) return [];
  return [
    {
      version: current.version,
      rules: rulesHash(current),
      texts: () => textsHash(current),
      frozen: false,
      definition: () => current,
    },
  ];
}

function frozenChoices(frozen: readonly LoadedVersion[], profile: string | null): readonly Choice[] {
  return frozen.flatMap(({ note, definitions }) => {
    const rules = notedRules(note, profile);
    if (rules === null) return [];
    const definition = (): ProcessDefinition | null => {
      const found = inProfile(definitions() ?? [], profile);
      // Edited by hand: an engagement is judged by the rules that its record names, or by none.
      return found !== null && found.version === note.version && rulesHash(found) === rules ? found : null;
    };
    const texts = (): string | null => {
      const found = definition();
      return found === null ? null : textsHash(found);
    };
    return [{ version: note.version, rules, texts, frozen: true, definition }];
  });
}

function inProfile(
  definitions: readonly ProcessDefinition[],
  profile: string | null,
): ProcessDefinition | null {
  return definitions.find((definition) => definition.profile === profile) ?? null;
}
