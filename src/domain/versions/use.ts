/** Which engagements need which version of their process. */
import type { ProcessDefinition } from '#domain/process/process.ts';
import { rulesHash } from './rules-hash.ts';
import type { VersionedProcess } from './summary.ts';
import { textsHash } from './texts-hash.ts';
import { chooseVersion, type NamedVersion, notedRules, type VersionChoice } from './versions.ts';

/** An engagement and the version that its record names. */
export interface EngagementVersion extends NamedVersion {
  /** `SOW-1042` */
  readonly engagement: string;
  readonly process: string;
  readonly profile: string | null;
  readonly closed: boolean;
  /** Versions that a migration has led away from and can lead back to. */
  readonly cameFrom: readonly number[];
}

/** Definition that engagements name and that is not loaded. */
export interface MissingVersion {
  readonly process: string;
  readonly profile: string | null;
  /** `null`: they name none, and the process itself is missing. */
  readonly version: number | null;
  /** Keys of the engagements. */
  readonly engagements: readonly string[];
}

/** Definitions that engagements name and that are not loaded, with those engagements. */
export function missingVersions(
  engagements: readonly EngagementVersion[],
  isLoaded: (engagement: EngagementVersion) => boolean,
): readonly MissingVersion[] {
  const missing = Map.groupBy(
    engagements.filter((engagement) => !isLoaded(engagement)),
    ({ process, profile, version }) => JSON.stringify([process, profile, version]),
  );
  return [...missing.values()].flatMap((those) => {
    const [first] = those;
    if (first === undefined) return [];
    const { process, profile, version } = first;
    return [{ process, profile, version, engagements: those.map(({ engagement }) => engagement) }];
  });
}

/** Engagements of one version, by their keys. */
export interface VersionUsers {
  readonly running: readonly string[];
  readonly closed: readonly string[];
  /** Go by a later version, and may go back to this one. */
  readonly back: readonly string[];
  /** Run on it, and show texts older than the current ones. */
  readonly olderTexts: readonly string[];
}

export const NO_USERS: VersionUsers = { running: [], closed: [], back: [], olderTexts: [] };

/** All engagements of one process. */
export interface VersionUse {
  /** By version; those that nobody uses are not in it. */
  readonly users: ReadonlyMap<number, VersionUsers>;
  /** The definition that they name is neither current nor frozen. */
  readonly nowhere: readonly EngagementVersion[];
}

/** Sorts engagements by the version they are judged by. @param engagements those of other processes are left out */
export function useOfVersions(
  process: VersionedProcess,
  engagements: readonly EngagementVersion[],
): VersionUse {
  const own = engagements.filter((engagement) => engagement.process === process.current[0].id);
  const judged = own.map((engagement) => {
    const choices = choicesIn(process, engagement.profile);
    const choice = chooseVersion(choices, engagement);
    const newest = choices.find((one) => one.version === choice?.version && one.rules === choice.rules);
    const isOlder = choice?.texts?.() !== newest?.texts?.();
    return { engagement, version: choice?.version ?? null, isOlder };
  });
  const keysOf = (users: typeof judged, closed: boolean): string[] =>
    users.flatMap(({ engagement }) => (engagement.closed === closed ? [engagement.engagement] : []));
  const byVersion = Map.groupBy(judged, ({ version }) => version);
  const named = new Set([...byVersion.keys(), ...own.flatMap(({ cameFrom }) => cameFrom)]);
  const users = [...named].flatMap((version): [number, VersionUsers][] => {
    if (version === null) return [];
    const here = byVersion.get(version) ?? [];
    const back = own.flatMap(({ cameFrom, engagement, closed }) =>
      !closed && cameFrom.includes(version) ? [engagement] : [],
    );
    const olderTexts = keysOf(
      here.filter(({ isOlder }) => isOlder),
      false,
    );
    return [[version, { running: keysOf(here, false), closed: keysOf(here, true), back, olderTexts }]];
  });
  return {
    users: new Map(users),
    nowhere: (byVersion.get(null) ?? []).map(({ engagement }) => engagement),
  };
}

/** What an engagement in a profile may name: the current definition, and frozen ones that are as they were frozen. */
function choicesIn({ current, frozen }: VersionedProcess, profile: string | null): readonly VersionChoice[] {
  const now = current.filter((definition) => definition.profile === profile);
  const choices = now.map((definition) => {
    return choiceOf(definition, { version: definition.version, frozen: false });
  });
  const kept = frozen.flatMap(({ note, definitions }) => {
    const definition = definitions?.find((definition) => definition.profile === profile);
    if (note === null || definition === undefined) return [];
    const rules = rulesHash(definition);
    const isWhole = definition.version === note.version && notedRules(note, profile) === rules;
    return isWhole ? [choiceOf(definition, { version: note.version, frozen: true })] : [];
  });
  return [...choices, ...kept];
}

function choiceOf(
  definition: ProcessDefinition,
  { version, frozen }: Pick<VersionChoice, 'version' | 'frozen'>,
): VersionChoice {
  return { version, rules: rulesHash(definition), texts: () => textsHash(definition), frozen };
}
