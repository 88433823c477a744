/** Makes frozen versions, and begins the next one in `process.yml`. */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { ConfigError } from '#domain/base/errors.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import { changedRules, changedTexts } from '#domain/process/changed-rules.ts';
import type { InAllProfiles } from '#domain/process/process.ts';
import { currentProblems, frozenProblems } from '#domain/process/version-problems.ts';
import {
  FROZEN_FILE,
  type FrozenFolder,
  nextVersion,
  noteOf,
  VERSIONS_FOLDER,
} from '#domain/process/versions.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';
import { checksumsOf, frozenFolder, readFrozenFolders } from './frozen-versions.ts';
import { checkedDefinitions } from './load-process.ts';
import { draftOf, type ProcessTexts, readProcessTexts } from './process-draft.ts';

/** What became of a version that was to be frozen. */
export interface Freezing {
  readonly process: string;
  readonly version: number;
  /** `issue_templates/delivery/versions/1` */
  readonly folder: string;
  /**
   * `frozen`: copied. `texts`: frozen before with these rules, its texts renewed. `same`: frozen before as it is.
   * `nothing new`: not frozen, because the newest frozen version says the same. `edited`: frozen before with other
   * rules, and left; only with `bump`.
   */
  readonly kind: 'frozen' | 'texts' | 'same' | 'nothing new' | 'edited';
  /** What `process.yml` says now, where it was raised. */
  readonly raisedTo: number | null;
}

const NOTHING_DONE = 'Nothing was frozen:';
const TEMPORARY = '.freezing-';

/**
 * Copies the current definition of a process to `versions/<n>/`, where `n` is its version. A frozen version with other
 * rules is never overwritten. Safe to repeat, also after a crash: a version is there whole or not at all.
 *
 * @param folder `issue_templates/delivery`
 * @param options.bump raises the version in `process.yml` afterwards
 * @throws ConfigError when the process or a frozen version has problems, or a file cannot be written
 */
export async function freezeProcess(folder: string, { bump }: { readonly bump: boolean }): Promise<Freezing> {
  const texts = await readProcessTexts(folder);
  const current = checkedDefinitions(draftOf(texts));
  const frozen = await readFrozenFolders(texts.folder);
  const [{ id: process, version }] = current;
  const kind = judge(current, frozen, bump);
  const target = frozenFolder(texts.folder, version);
  if (kind === 'frozen' || kind === 'texts') await writing(target, copyTo(target, texts, current));
  const raisedTo = bump && kind !== 'nothing new' ? nextVersion(version, frozen) : null;
  if (raisedTo !== null) await raise(`${texts.folder}/process.yml`, raisedTo);
  return { process, version, folder: target, kind, raisedTo };
}

/** @throws ConfigError when the frozen versions must be put right first */
function judge(current: InAllProfiles, frozen: readonly FrozenFolder[], bump: boolean): Freezing['kind'] {
  const [{ version }] = current;
  const broken = frozenProblems(frozen);
  if (broken.length > 0) throw new ConfigError(broken, NOTHING_DONE);
  const same = frozen.find(({ name }) => name === String(version))?.definitions ?? null;
  if (bump && same !== null && changedRules(same, current).length > 0) return 'edited';
  const errors = currentProblems(current, frozen).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new ConfigError(errors, NOTHING_DONE);
  if (same !== null) return changedTexts(same[0], current[0]).length > 0 ? 'texts' : 'same';
  const newest = frozen[0]?.definitions ?? null;
  return newest !== null && saysTheSame(newest, current) ? 'nothing new' : 'frozen';
}

function saysTheSame(one: InAllProfiles, other: InAllProfiles): boolean {
  return changedRules(one, other).length + changedTexts(one[0], other[0]).length === 0;
}

/** The folder is made aside and moved into its place at once: whoever looks sees all of it or nothing. */
async function copyTo(target: string, texts: ProcessTexts, current: InAllProfiles): Promise<void> {
  const versions = `${texts.folder}/${VERSIONS_FOLDER}`;
  await mkdir(versions, { recursive: true });
  await removeLeftovers(versions);
  const aside = await mkdtemp(`${versions}/${TEMPORARY}`);
  const copy = `${aside}/new`;
  await mkdir(copy);
  for (const [name, content] of texts.files)
    if (content.kind === 'ok') await writeFile(`${copy}/${name}`, content.text);
  const note = noteOf(current, checksumsOf(texts));
  await writeFile(`${copy}/${FROZEN_FILE}`, `${JSON.stringify(note, null, 2)}\n`);
  await rename(target, `${aside}/old`).catch(unlessMissing);
  await rename(copy, target);
  await rm(aside, { recursive: true });
}

/** Of a copy that was interrupted. */
async function removeLeftovers(versions: string): Promise<void> {
  const names = await readdir(versions);
  for (const name of names.filter((name) => name.startsWith(TEMPORARY)))
    await rm(`${versions}/${name}`, { recursive: true, force: true });
}

function unlessMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

async function raise(file: string, version: number): Promise<void> {
  const text = await writing(file, readFile(file, 'utf8'));
  const raised = raisedText(text, version);
  const parsed = parseYaml(raised, file);
  const said = parsed.kind === 'ok' ? (parsed.value as { readonly version?: unknown }).version : null;
  if (said !== version)
    throw new ConfigError([
      problem({ file, at: ['version'] }, 'the line cannot be found', `Write version: ${version} yourself.`),
    ]);
  await writing(file, replace(file, raised));
}

/** Changes the one line, or adds it after the `id`; comments and everything else stay. */
function raisedText(text: string, version: number): string {
  const line = /^version:[ \t]*\d+/m;
  if (line.test(text)) return text.replace(line, `version: ${version}`);
  return text.replace(/^(id:[^\r\n]*)(\r?\n)/m, `$1$2version: ${version}$2`);
}

async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/** @throws ConfigError naming the place, when it cannot be read or written */
async function writing<T>(place: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new ConfigError([unwritable(place, codeOf(error))], NOTHING_DONE);
  }
}

function unwritable(file: string, code: string): InputProblem {
  return problem(
    { file },
    `cannot be written (${code})`,
    'Check who may write there, and run the command again.',
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
