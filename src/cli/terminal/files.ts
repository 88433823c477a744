/** Reading and writing the files named on the command line, with messages a person can act on. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InvalidInputError } from '#domain/base/errors.ts';
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
 * @throws InvalidInputError
 */
export async function writeText(path: string, named: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    throw unusable(named, 'cannot be written', error);
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
function unusable(file: string, what: string, error: unknown): InvalidInputError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [why, fix] = REASONS[code] ?? [code, 'Check the path and the permissions.'];
  return new InvalidInputError(
    [problem({ file }, `${what}: ${why}`, fix)],
    'A file cannot be used; nothing was changed:',
  );
}
