/** The SOW files of a folder. */
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { compareText } from '#domain/base/compare-text.ts';
import { checksum } from '#domain/base/record-line.ts';
import type { DealSettings } from '#domain/base/settings.ts';
import { type Deal, sowsOf } from '#domain/sow/deal.ts';
import type { NumberedFile } from '#domain/sow/doubles.ts';
import { isSowFile } from '#domain/sow/sow-file.ts';
import { LAUNCH_STAGE } from '#domain/sow/stage.ts';
import { isDeal } from '#domain/sow/subject.ts';
import { lintSubject, loadSubject } from './load-sow.ts';
import { readText } from './read-text.ts';

/** The SOW files in a folder and the folders in it ({@link isSowFile}), by path; empty when there is no such folder. */
export async function listSowFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => isSowFile(relative(folder, file).split(sep).join('/')))
    .toSorted(compareText);
}

/** The SOW files in a folder whose number is one of these. A file without one of them in its text is not parsed. */
export async function numberedSows(
  folder: string,
  numbers: readonly string[],
): Promise<readonly NumberedFile[]> {
  const files = await listSowFiles(folder);
  const found = await Promise.all(files.map(async (file) => await readNumbered(file, numbers)));
  return found.filter((one) => one !== null);
}

/** Digest of every SOW file in a folder, by path; one that cannot be read has none. */
export async function sowDigests(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = await listSowFiles(folder);
  const texts = files.map((file) => [file, readText(file)] as const);
  return new Map(
    texts.flatMap(([file, content]) => (content.kind === 'error' ? [] : [[file, checksum(content.text)]])),
  );
}

const KEY = /\bkey["']?[ \t]*:[ \t]*["']?(DEAL-[\w.-]+)/;
const NUMBER = /\bnumber["']?[ \t]*:[ \t]*["']?([\w.-]+)/;

/** What launches, and what is known to have been launched. */
export interface Launching {
  /** Numbers and keys of engagements: their files are not parsed. */
  readonly known: ReadonlySet<string>;
  /** Stages in which a deal launches. */
  readonly dealStages: readonly string[];
  readonly deals: DealSettings;
}

/** The files in a folder of SOWs that are won, or of deals in a stage that launches, but for those that are known. */
export async function launchingFiles(folder: string, launching: Launching): Promise<readonly NumberedFile[]> {
  const files = await listSowFiles(folder);
  const found = await Promise.all(files.map(async (file) => await readLaunching(file, launching)));
  return found.filter((one) => one !== null);
}

async function readLaunching(
  file: string,
  { known, dealStages, deals }: Launching,
): Promise<NumberedFile | null> {
  const content = readText(file);
  if (content.kind === 'error') return null;
  const id = KEY.exec(content.text)?.[1] ?? NUMBER.exec(content.text)?.[1] ?? '';
  if (known.has(id)) return null;
  const { numbered, subject } = await lintSubject(file, deals);
  if (numbered === null || subject === null || known.has(numbered.number)) return null;
  const launches = isDeal(subject) ? dealStages.includes(subject.deal.stage) : subject.stage === LAUNCH_STAGE;
  return launches ? numbered : null;
}

/**
 * The deals in a folder that name this SOW. A file without its number in its text is not parsed.
 *
 * @throws InvalidInputError with every problem of a file that has the number in it
 */
export async function dealsNaming(
  folder: string,
  number: string,
  deals: DealSettings,
): Promise<readonly { readonly file: string; readonly deal: Deal }[]> {
  const files = await listSowFiles(folder);
  const read = await Promise.all(
    files.map(async (file) => {
      const content = readText(file);
      if (content.kind === 'error' || !content.text.includes(number)) return [];
      const { subject } = await loadSubject(file, deals);
      return isDeal(subject) && sowsOf(subject).includes(number) ? [{ file, deal: subject }] : [];
    }),
  );
  return read.flat();
}

async function readNumbered(file: string, numbers: readonly string[]): Promise<NumberedFile | null> {
  const content = readText(file);
  if (content.kind === 'error' || !numbers.some((number) => content.text.includes(number))) return null;
  const { numbered } = await lintSubject(file);
  return numbered !== null && numbers.includes(numbered.number) ? numbered : null;
}
