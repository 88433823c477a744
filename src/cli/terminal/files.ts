/** Reading and writing the files named on the command line, with messages a person can act on. */

import { mkdir, open, readFile, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InvalidInputError, systemCode } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';

/**
 * Reads a file that the command line names.
 *
 * @param named as the person wrote it, for messages
 * @throws InvalidInputError
 */
export async function readText(path: string, named: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unusable(named, 'cannot be read', error);
  }
}

/** Reads a file that only saves work; `null` when there is none or reading fails. */
export async function readTextIfAny(path: string): Promise<string | null> {
  return await readFile(path, 'utf8').catch(() => null);
}

/**
 * Writes a file, making the folder when there is none.
 *
 * @param headline what is said above the problem. Default: that nothing was changed
 * @throws InvalidInputError
 */
export async function writeText(path: string, named: string, text: string, headline?: string): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await writeFile(path, text);
  } catch (error) {
    throw unusable(named, 'cannot be written', error, headline);
  }
}

/**
 * Makes sure that a file can be read and written later, before work begins whose result goes there. Leaves the file as it is.
 *
 * @param named as the person wrote it, for messages
 * @throws InvalidInputError
 */
export async function requireWritable(path: string, named: string): Promise<void> {
  try {
    await makeFolder(dirname(path));
    const isNew = await openOnce(path, 'r+').then(
      () => false,
      (error: unknown) => {
        if (systemCode(error) === 'ENOENT') return true;
        throw error;
      },
    );
    if (!isNew) return;
    await openOnce(path, 'a');
    await unlink(path);
  } catch (error) {
    throw unusable(named, 'cannot be written', error);
  }
}

async function openOnce(path: string, flags: 'r+' | 'a'): Promise<void> {
  const file = await open(path, flags);
  await file.close();
}

/** Not `recursive`: where nothing can be made (`/proc/x/y`) Node then tries for ever. */
async function makeFolder(folder: string, isLastTry = false): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = systemCode(error);
    // A folder that is there (`EISDIR` for `/` on macOS), or a file in its place: opening what is in it tells.
    if (code === 'EEXIST' || code === 'EISDIR') return;
    if (code !== 'ENOENT' || isLastTry || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await makeFolder(folder, true);
  }
}

const REASONS: Readonly<Record<string, readonly [why: string, fix: string]>> = {
  ENOENT: ['there is no such file', 'Check the path; it is relative to the current folder.'],
  EISDIR: ['it is a folder', 'Name a file.'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'Check the path.'],
  EEXIST: ['a part of the path is a file, not a folder', 'Check the path.'],
  EACCES: ['permission denied', 'Check who may use this file.'],
  EROFS: ['the file system is read-only', 'Choose another folder.'],
  ENOSPC: ['the disk is full', 'Free some space.'],
};

/** What to say of a file that cannot be used. */
function unusable(
  file: string,
  what: string,
  error: unknown,
  headline = 'A file cannot be used; nothing was changed:',
): InvalidInputError {
  const code = systemCode(error) ?? '';
  const [why, fix] = REASONS[code] ?? [code, 'Check the path and the permissions.'];
  return new InvalidInputError([problem({ file }, `${what}: ${why}`, fix)], headline);
}
