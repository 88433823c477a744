/** Frozen versions of a process: the folders `versions/<n>/` beside its current files. */
import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { canonicalJson, checksum } from '#domain/base/record-line.ts';
import { UNCOMPILED } from '#domain/base/uncompiled.ts';
import type { InAllProfiles } from '#domain/process/process.ts';
import { FROZEN_FILE, type FrozenFolder, FrozenNote, VERSIONS_FOLDER } from '#domain/versions/versions.ts';
import {
  definitionsOf,
  draftOf,
  type ProcessDraft,
  type ProcessTexts,
  readProcessTexts,
} from './process-draft.ts';
import { readText } from './read-text.ts';

/** Where the frozen version of a number lies. @example `issue_templates/delivery/versions/1` */
export function frozenFolder(process: string, version: number | string): string {
  return `${process.replace(/\/+$/, '')}/${VERSIONS_FOLDER}/${version}`;
}

/** Names of the frozen folders of a process, hidden ones left out. */
export async function listFrozen(process: string): Promise<readonly string[]> {
  const entries = await readdir(frozenFolder(process, ''), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .toSorted((one, other) => Number(other) - Number(one));
}

/** Every frozen folder of a process, whatever is wrong in it. */
export async function readFrozenFolders(process: string): Promise<readonly FrozenFolder[]> {
  const names = await listFrozen(process);
  return await Promise.all(
    names.map(async (name): Promise<FrozenFolder> => {
      const folder = frozenFolder(process, name);
      const note = readNote(folder);
      const texts = await readProcessTexts(folder);
      const draft = frozenDraft(texts);
      return {
        name,
        folder,
        note,
        files: checksumsOf(texts),
        definitions: frozenDefinitions(draft),
        problems: draft.problems,
      };
    }),
  );
}

/** What was frozen in a folder; `null` when the note is missing or unreadable. */
export function readNote(folder: string): FrozenNote | null {
  const content = readText(`${folder}/${FROZEN_FILE}`);
  const note = FrozenNote.safeParse(content.kind === 'ok' ? readJson(content.text) : null, UNCOMPILED);
  return note.success ? note.data : null;
}

/** Written by Procession: reading the notes of all versions as YAML would be a fiftieth of `check`. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A frozen version as far as its files can be read. */
export function frozenDraft(texts: ProcessTexts): ProcessDraft {
  return draftOf(texts, basename(dirname(dirname(texts.folder))));
}

/** A frozen version in all its profiles; `null` when a file of it cannot be read. Rules are not checked: they were when it was frozen. */
export function frozenDefinitions(draft: ProcessDraft): InAllProfiles | null {
  if (draft.processFile === null || draft.problems.length > 0) return null;
  return definitionsOf(draft, draft.processFile);
}

/** Checksum of every file, by its name. */
export function checksumsOf({ files }: ProcessTexts): FrozenNote['files'] {
  return Object.fromEntries(
    [...files].map(([name, content]) => [
      name,
      content.kind === 'ok' ? checksum(content.text) : 'unreadable',
    ]),
  );
}

/** Tells whether these very files were frozen, every one and no other. @param files see {@link checksumsOf} */
export function isFrozenFrom(note: FrozenNote, files: FrozenNote['files']): boolean {
  return canonicalJson(note.files) === canonicalJson(files);
}
