import type { InputProblem } from '#domain/base/input-problem.ts';
import type { SubjectKind } from '#domain/base/keys.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { NamedVersion } from '#domain/versions/versions.ts';

/** The process definitions at hand, loaded and checked before anything runs. */
export interface ProcessStore {
  /**
   * The current definition, or exactly the one that an engagement names, which may be a frozen one.
   *
   * @returns `null` when there is no such process, profile or version: never another
   */
  find(id: string, profile: string | null, which?: NamedVersion): ProcessDefinition | null;
  /**
   * What is wrong with processes whose current definition cannot be used: nothing finds it, and their frozen versions
   * are found as ever. Absent: nothing is.
   */
  readonly broken?: ReadonlyMap<string, readonly InputProblem[]>;
  /** What those of `broken` are about, as far as their files say it. One that is not here may be about anything. */
  readonly brokenAbout?: ReadonlyMap<string, SubjectKind>;
  /** Ids of the current definitions, sorted. */
  readonly ids: readonly string[];
  /** Another one whenever any process, profile or frozen version is another. */
  readonly fingerprint: string;
}
