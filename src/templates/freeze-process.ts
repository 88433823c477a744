/** Makes frozen versions, and begins the next one in `process.yml`. */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { ConfigError, systemCode } from '#domain/base/errors.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import type { InAllProfiles } from '#domain/process/process.ts';
import { changedRules, changedTexts } from '#domain/versions/changed-rules.ts';
import { currentProblems, frozenProblems } from '#domain/versions/problems.ts';
import {
  FROZEN_FILE,
  type FrozenFolder,
  nextVersion,
  noteOf,
  VERSIONS_FOLDER,
} from '#domain/versions/versions.ts';
import { SHIPPED_TEMPLATES } from '#src/package-folder.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';
import { checksumsOf, frozenFolder, readFrozenFolders } from './frozen-versions.ts';
import { findProcess } from './list-processes.ts';
import { checkedDefinitions } from './load-process.ts';
import { draftOf, inDraft, type ProcessTexts, readProcessTexts } from './process-draft.ts';

/** What became of a version that was to be frozen. */
export interface Freezing {
  readonly process: string;
  readonly version: number;
  /** `issue_templates/delivery/versions/1` */
  readonly folder: string;
  /**
   * `frozen`: copied. `texts-renewed`: frozen before with these rules, its texts renewed. `unchanged`: frozen before as it is.
   * `nothing-new`: not frozen, because the newest frozen version says the same. `kept`: frozen before with other
   * rules, and left; only with `bump`.
   */
  readonly kind: 'frozen' | 'texts-renewed' | 'unchanged' | 'nothing-new' | 'kept';
  /** What `process.yml` says now, where it was raised. */
  readonly raisedTo: number | null;
}

const NOTHING_DONE = 'Nothing was frozen:';
const NOT_RAISED = 'The version was not raised:';
const TEMPORARY = '.freezing-';
/** A copy takes less than a second. */
const LEFT_AFTER_MS = 600_000;

/**
 * Freezes a process of a team, see {@link freezeProcess}.
 *
 * @throws ConfigError also when there is no such process, or the team uses those that come with Procession
 */
export async function freezeOwn(
  templates: string,
  id: string,
  options: { readonly bump: boolean },
): Promise<Freezing> {
  if (templates !== SHIPPED_TEMPLATES)
    return await freezeProcess((await findProcess(templates, id)).folder, options);
  const message = 'the processes that come with Procession are used; their versions are frozen already';
  const fix = 'To change a process, copy the folder to issue_templates of your project.';
  throw new ConfigError([problem({ file: templates }, message, fix)], NOTHING_DONE);
}

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
  const draft = draftOf(texts);
  const current = checkedDefinitions(draft);
  const frozen = await readFrozenFolders(texts.folder);
  const [{ id: process, version }] = current;
  const kind = judge(current, frozen, bump, (found) => inDraft(found, draft));
  const target = frozenFolder(texts.folder, version);
  if (kind === 'frozen' || kind === 'texts-renewed')
    await writing(target, copyTo(target, { texts, current, known: kind === 'texts-renewed' }), NOTHING_DONE);
  const raisedTo = bump && kind !== 'nothing-new' ? nextVersion(version, frozen) : null;
  if (raisedTo !== null) await raise(`${texts.folder}/process.yml`, raisedTo);
  return { process, version, folder: target, kind, raisedTo };
}

/** @throws ConfigError when the frozen versions, or the number of this one, must be put right first */
function judge(
  current: InAllProfiles,
  frozen: readonly FrozenFolder[],
  bump: boolean,
  atLine: (found: InputProblem) => InputProblem,
): Freezing['kind'] {
  refuseFor(frozenProblems(frozen));
  const known = frozen.find(({ name }) => name === String(current[0].version))?.definitions ?? null;
  if (bump && known !== null && changedRules(known, current).length > 0) return 'kept';
  const problems = currentProblems(current, frozen);
  refuseFor(problems.filter(({ severity }) => severity === 'error').map(atLine));
  if (known !== null) return changedTexts(known[0], current[0]).length > 0 ? 'texts-renewed' : 'unchanged';
  const newest = frozen[0]?.definitions ?? null;
  return newest !== null && saysTheSame(newest, current) ? 'nothing-new' : 'frozen';
}

function refuseFor(problems: readonly InputProblem[]): void {
  if (problems.length > 0) throw new ConfigError(problems, NOTHING_DONE);
}

function saysTheSame(one: InAllProfiles, other: InAllProfiles): boolean {
  return changedRules(one, other).length + changedTexts(one[0], other[0]).length === 0;
}

/** The folder is made aside and moved into its place at once: whoever looks sees all of it or nothing. */
async function copyTo(
  target: string,
  {
    texts,
    current,
    known,
  }: { readonly texts: ProcessTexts; readonly current: InAllProfiles; readonly known: boolean },
): Promise<void> {
  const versions = `${texts.folder}/${VERSIONS_FOLDER}`;
  await mkdir(versions, { recursive: true });
  await removeLeftovers(versions);
  const aside = await mkdtemp(`${versions}/${TEMPORARY}`);
  try {
    await writeCopy(`${aside}/new`, texts, current);
    if (known) await rename(target, `${aside}/old`);
    await rename(`${aside}/new`, target);
  } catch (error) {
    if (known) await rename(`${aside}/old`, target).catch(unlessMissing);
    throw error;
  } finally {
    await rm(aside, { recursive: true });
  }
}

async function writeCopy(copy: string, texts: ProcessTexts, current: InAllProfiles): Promise<void> {
  await mkdir(copy);
  for (const [name, content] of texts.files)
    if (content.kind === 'ok') await writeFile(`${copy}/${name}`, content.text);
  const note = noteOf(current, checksumsOf(texts));
  await writeFile(`${copy}/${FROZEN_FILE}`, `${JSON.stringify(note, null, 2)}\n`);
}

/** Of copies that were interrupted; a younger one may be at work. */
async function removeLeftovers(versions: string): Promise<void> {
  const names = await readdir(versions);
  for (const name of names.filter((name) => name.startsWith(TEMPORARY))) {
    const found = await stat(`${versions}/${name}`).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > LEFT_AFTER_MS)
      await rm(`${versions}/${name}`, { recursive: true, force: true });
  }
}

function unlessMissing(error: unknown): void {
  if (systemCode(error) !== 'ENOENT') throw error;
}

async function raise(file: string, version: number): Promise<void> {
  const text = await writing(file, readFile(file, 'utf8'), NOT_RAISED);
  const raised = raisedText(text, version);
  const parsed = parseYaml(raised, file);
  const said = parsed.kind === 'ok' ? (parsed.value as { readonly version?: unknown }).version : null;
  if (said !== version) {
    const fix = `Write version: ${version} there yourself.`;
    throw new ConfigError([problem({ file, at: ['version'] }, 'the line cannot be found', fix)], NOT_RAISED);
  }
  await writing(file, replace(file, raised), NOT_RAISED);
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
async function writing<T>(place: string, work: Promise<T>, intro: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new ConfigError([unwritable(place, systemCode(error) ?? 'unknown')], intro);
  }
}

function unwritable(file: string, code: string): InputProblem {
  if (code === 'ENOTEMPTY' || code === 'EEXIST')
    return problem({ file }, 'somebody else made it at the same moment', 'Run the command again.');
  return problem(
    { file },
    `cannot be written (${code})`,
    'Check who may write there, and run the command again.',
  );
}
