import { AppError } from '#domain/base/errors.ts';
import { type EngagementKey, SUBJECTS, type SubjectKind, subjectOf } from '#domain/base/keys.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import type { ActualStates, GitLab, ReadAllOptions, SplitGitLab } from '#ports/gitlab.ts';

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
      const read = await Promise.allSettled(
        SUBJECTS.map(
          async (kind) => [kind, await bySubject[kind].readAll(ofSubject(kind, options))] as const,
        ),
      );
      return oneAfterTheOther(withoutUnread(read, options));
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

/** What was read. @throws what kept a place from being read, where nobody goes on without it, or nothing was read at all */
function withoutUnread<T>(
  read: readonly PromiseSettledResult<T>[],
  { onUnread }: ReadAllOptions = {},
): readonly T[] {
  const done = read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  for (const one of read) {
    if (one.status === 'fulfilled') continue;
    if (onUnread === undefined || done.length === 0 || !(one.reason instanceof AppError)) throw one.reason;
    onUnread(one.reason);
  }
  return done;
}

function oneAfterTheOther(read: readonly (readonly [SubjectKind, ActualStates])[]): ActualStates {
  function* each(): Generator<ActualState> {
    for (const [kind, states] of read)
      for (const state of states) if (subjectOf(state.engagement) === kind) yield state;
  }
  const length = read.reduce((sum, [, states]) => sum + states.length, 0);
  const leftOut = read.flatMap(([, states]) => states.leftOut ?? []);
  return { length, leftOut, [Symbol.iterator]: each };
}

/** Of what is known, that of one subject: the other place holds nothing of it. */
function ofSubject(kind: SubjectKind, options: ReadAllOptions = {}): ReadAllOptions {
  if (options.known === undefined) return options;
  const { changedSince, created, over } = options.known;
  const isOfIt = (engagement: EngagementKey): boolean => subjectOf(engagement) === kind;
  return {
    ...options,
    known: {
      changedSince,
      created: new Map([...created].filter(([engagement]) => isOfIt(engagement))),
      over: new Set([...over].filter(isOfIt)),
    },
  };
}
