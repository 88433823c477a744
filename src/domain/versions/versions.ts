/**
 * Versions of a process: the current one, which is edited, and frozen ones beside it (`versions/<n>/`), which never are.
 * An engagement keeps the version it was launched with.
 */
import { z } from 'zod';
import type { InputProblem } from '#domain/base/input-problem.ts';
import type { InAllProfiles, ProcessDefinition } from '#domain/process/process.ts';
import { rulesHash } from './rules-hash.ts';

/** Folder of the frozen versions, in the folder of their process. */
export const VERSIONS_FOLDER = 'versions';

/** File in a frozen folder that says what was frozen. */
export const FROZEN_FILE = 'frozen.json';

/** What was frozen, as it was then: a later edit of the folder shows. */
export const FrozenNote = z.object({
  version: z.int().min(1),
  /** Hash of the rules of the plain process, see `rulesHash`. */
  rules: z.string().min(1),
  /** The same of each profile. */
  profiles: z.record(z.string(), z.string()).default({}),
  /** Checksum of every file, by its name. */
  files: z.record(z.string(), z.string()),
});
export type FrozenNote = Readonly<z.infer<typeof FrozenNote>>;

/** The version that an engagement's record names. */
export interface NamedVersion {
  /** `null`: made before processes had versions, which counts as 1. */
  readonly version: number | null;
  /** Hash of the rules, see `rulesHash`; `null`: made before there was one. */
  readonly rules: string | null;
  /** Hash of the texts, see `textsHash`; `null` or absent: whichever belong to the rules. */
  readonly texts?: string | null;
}

/** One definition that an engagement may name. */
export interface VersionChoice {
  readonly version: number;
  readonly rules: string;
  /** Hash of the texts; asked for only where several have the same rules. */
  readonly texts?: () => string | null;
  readonly frozen: boolean;
}

/**
 * The definition an engagement is judged by: with a hash exactly the one that has it, else the frozen one of its version,
 * else the current one when that has the version. `null` when there is none: never another. Of several with the same
 * rules it is the one with the named texts, and where these are gone, the first.
 *
 * @param choices the current one first, then frozen ones
 */
export function chooseVersion<T extends VersionChoice>(
  choices: readonly T[],
  { version, rules, texts = null }: NamedVersion,
): T | null {
  const wanted = version ?? 1;
  if (rules !== null) {
    const same = choices.filter((choice) => choice.rules === rules);
    const exact = same.filter((choice) => choice.version === wanted);
    const named =
      texts === null || exact.length < 2 ? exact[0] : exact.find((one) => one.texts?.() === texts);
    return named ?? exact[0] ?? same[0] ?? null;
  }
  const ofVersion = choices.filter((choice) => choice.version === wanted);
  const frozen = ofVersion.find((choice) => choice.frozen);
  // Texts may be newer than the frozen ones; rules may not.
  return ofVersion.find((choice) => frozen === undefined || choice.rules === frozen.rules) ?? frozen ?? null;
}

/** Hash of the rules in a profile, as noted when they were frozen; `null` when there was no such profile. */
export function notedRules({ rules, profiles }: FrozenNote, profile: string | null): string | null {
  if (profile === null) return rules;
  return Object.hasOwn(profiles, profile) ? (profiles[profile] ?? null) : null;
}

export function noteOf([plain, ...others]: InAllProfiles, files: FrozenNote['files']): FrozenNote {
  const profiles = others.map((definition) => [definition.profile ?? '', rulesHash(definition)] as const);
  return { version: plain.version, rules: rulesHash(plain), profiles: Object.fromEntries(profiles), files };
}

/** A folder under `versions/` as it is found. */
export interface FrozenFolder {
  /** `1`; anything where people made the folder. */
  readonly name: string;
  /** `issue_templates/delivery/versions/1` */
  readonly folder: string;
  /** `null` when it is missing or unreadable. */
  readonly note: FrozenNote | null;
  /** Checksum of every file as it is now, by its name. */
  readonly files: FrozenNote['files'];
  /** `null` when it cannot be read. */
  readonly definitions: InAllProfiles | null;
  /** Why it cannot be read. */
  readonly problems: readonly InputProblem[];
}

/** The number a folder is named by; `null` for `01`, `v1` and other names. */
export function versionOfName(name: string): number | null {
  return /^[1-9]\d{0,3}$/.test(name) ? Number(name) : null;
}

/** The number the next version gets. */
export function nextVersion(current: number, frozen: readonly FrozenFolder[]): number {
  return Math.max(current, ...frozen.map(({ name }) => versionOfName(name) ?? 0)) + 1;
}

/** Why a launch with a definition is risky, in a sentence; empty when the version is frozen. */
export function draftWarnings({ id, version, draft }: ProcessDefinition): readonly string[] {
  if (draft !== true) return [];
  return [
    `version ${version} of ${id} is a draft: once its rules change, this engagement has no definition. Before anybody changes them: procession freeze ${id}, and commit the folder`,
  ];
}
