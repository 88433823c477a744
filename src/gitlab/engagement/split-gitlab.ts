import { SUBJECTS, type SubjectKind, subjectOf } from '#domain/base/keys.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import type { ActualStates, GitLab, SplitGitLab } from '#ports/gitlab.ts';

/**
 * Puts together the places of the subjects. What claims to be an engagement of one subject in the place of another is
 * none: whoever may write there might not even see the other place.
 */
export function splitGitLab(bySubject: Readonly<Record<SubjectKind, GitLab>>): SplitGitLab {
  return {
    bySubject,
    readEngagement: (engagement, options) =>
      bySubject[subjectOf(engagement)].readEngagement(engagement, options),
    readAll: async (options) => {
      const read = SUBJECTS.map(async (kind) => [kind, await bySubject[kind].readAll(options)] as const);
      return oneAfterTheOther(await Promise.all(read));
    },
    readLaunched: async () => {
      const read = SUBJECTS.map(async (kind) =>
        (await bySubject[kind].readLaunched()).filter((engagement) => subjectOf(engagement) === kind),
      );
      return (await Promise.all(read)).flat();
    },
    whoAmI: () => bySubject.sow.whoAmI(),
  };
}

function oneAfterTheOther(read: readonly (readonly [SubjectKind, ActualStates])[]): ActualStates {
  function* each(): Generator<ActualState> {
    for (const [kind, states] of read)
      for (const state of states) if (subjectOf(state.engagement) === kind) yield state;
  }
  const length = read.reduce((sum, [, states]) => sum + states.length, 0);
  return { length, [Symbol.iterator]: each };
}
