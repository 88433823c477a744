/** The versions of a process side by side: what each is, and what differs. */
import { type InputProblem, problem, shown } from '#domain/base/input-problem.ts';
import type { InAllProfiles } from '#domain/process/process.ts';
import { changedRules, changedTexts, type RuleChange } from './changed-rules.ts';
import { frozenProblems } from './problems.ts';
import { rulesHash } from './rules-hash.ts';
import { textsHash } from './texts-hash.ts';
import { type FrozenFolder, versionOfName } from './versions.ts';

/** A process with everything it was. */
export interface VersionedProcess {
  readonly current: InAllProfiles;
  /** The newest first. */
  readonly frozen: readonly FrozenFolder[];
}

/** One version, beside the one before it. */
export interface VersionSummary {
  readonly version: number;
  /**
   * `draft`: not frozen. `edited`: frozen, and the current files say other rules under its number. `damaged`: its folder
   * is not as it was frozen, or cannot be read. `lint` says what to do about the last two.
   */
  readonly state: 'draft' | 'frozen' | 'edited' | 'damaged';
  readonly current: boolean;
  /** Hash of the rules of the plain process; `null` where they cannot be read. */
  readonly rules: string | null;
  /** Hash of its texts, see `textsHash`; `null` where they cannot be read. */
  readonly texts: string | null;
  /** Texts of the current files that are newer than those of the frozen copy. */
  readonly newerTexts: readonly string[];
  /** What differs from the next older version that can be read; `null` for the oldest. */
  readonly since: VersionDifference | null;
}

/** What another version says otherwise. */
export interface VersionDifference {
  /** The version compared with. */
  readonly from: number;
  readonly rules: readonly RuleChange[];
  readonly texts: readonly string[];
}

/** Every version of a process, the newest first. */
export function summarizeVersions(process: VersionedProcess): readonly VersionSummary[] {
  const damaged = new Set(damagedOf(process));
  const numbers = numbersOf(process);
  return numbers.map((version, index) => {
    const isCurrent = version === process.current[0].version;
    const definitions = definitionsIn(process, version);
    const older = numbers.slice(index + 1).find((number) => definitionsIn(process, number) !== null);
    const frozen = process.frozen.find(({ name }) => name === String(version))?.definitions ?? null;
    const edited = isCurrent && frozen !== null && changedRules(frozen, process.current).length > 0;
    return {
      version,
      state: damaged.has(version) ? 'damaged' : edited ? 'edited' : frozen === null ? 'draft' : 'frozen',
      current: isCurrent,
      rules: definitions === null ? null : rulesHash(definitions[0]),
      texts: definitions === null ? null : textsHash(definitions[0]),
      newerTexts: isCurrent && frozen !== null ? changedTexts(frozen[0], process.current[0]) : [],
      since: older === undefined ? null : compareVersions(process, older, version),
    };
  });
}

/** What differs between two versions; `null` where one of them cannot be read or is not there. */
export function compareVersions(
  process: VersionedProcess,
  from: number,
  to: number,
): VersionDifference | null {
  const [before, after] = [definitionsIn(process, from), definitionsIn(process, to)];
  if (before === null || after === null) return null;
  return { from, rules: changedRules(before, after), texts: changedTexts(before[0], after[0]) };
}

/** Why a word names no version that can be read; `null` when it does. */
export function versionProblem(process: VersionedProcess, word: string): InputProblem | null {
  const readable = readableVersions(process);
  if (readable.some((number) => String(number) === word)) return null;
  const [{ id }] = process.current;
  const fix = `Versions that can be read: ${readable.join(', ')}.`;
  return problem({ at: id }, `there is no version ${shown(word)}, or it cannot be read`, fix);
}

/** Numbers of the versions that can be read, the newest first. */
export function readableVersions(process: VersionedProcess): readonly number[] {
  return numbersOf(process).filter((number) => definitionsIn(process, number) !== null);
}

function numbersOf({ current, frozen }: VersionedProcess): readonly number[] {
  const numbers = frozen.flatMap(({ name }) => versionOfName(name) ?? []);
  return [...new Set([current[0].version, ...numbers])].toSorted((one, other) => other - one);
}

/** A version in all its profiles: of the current one the current files, whatever is frozen under its number; `null` where it cannot be read. */
export function definitionsIn({ current, frozen }: VersionedProcess, version: number): InAllProfiles | null {
  if (version === current[0].version) return current;
  return frozen.find(({ name }) => name === String(version))?.definitions ?? null;
}

function damagedOf({ frozen }: VersionedProcess): readonly number[] {
  return frozen.flatMap(({ name, folder }) => {
    const version = versionOfName(name);
    const isWhole = frozenProblems(frozen).every(({ file }) => file?.startsWith(`${folder}/`) === false);
    return version === null || isWhole ? [] : [version];
  });
}
