/** Makes a recorded decision again, under the rules of now: the very decision that sweeps make, over the facts of then. */
import type { Decided, DecisionRecord } from '#domain/decision-record.ts';
import { identify } from '#domain/identify.ts';
import { decidedOf, heardIn, recordedState } from '#domain/record-decision.ts';
import type { GitLab } from '#ports/gitlab.ts';
import { decide, type Undecided } from './decide.ts';
import type { ReconcileDeps } from './reconcile.ts';

/** @param gitlab with nothing in it, that cannot be written */
export async function decideAgain(
  gitlab: GitLab,
  record: DecisionRecord,
  { processes, settings }: Pick<ReconcileDeps, 'processes' | 'settings'>,
): Promise<{ readonly kind: 'decided'; readonly decided: Decided } | Undecided> {
  const deps = {
    gitlab: recordedGitLab(gitlab, record, settings.formerUsers),
    processes,
    settings,
    clock: { now: () => record.at },
  };
  const { process, sow, options } = record;
  const decision = await decide(deps, recordedState(record), {
    ...options,
    process: process.id,
    profile: process.profile,
    ...(sow === null ? {} : { sow }),
    heard: heardIn(record),
  });
  if (decision.kind !== 'decided') return decision;
  const decided = decidedOf(decision);
  return { kind: 'decided', decided: record.labels === null ? withoutLabels(decided) : decided };
}

/** Answers as GitLab did then. */
function recordedGitLab(gitlab: GitLab, record: DecisionRecord, formerUsers: readonly string[]): GitLab {
  const { epics, issues, lostLinks, ownUserId } = record;
  const carried = [...epics, ...issues].flatMap(({ labels }) => labels);
  return {
    ...gitlab,
    whoAmI: async () => ({ id: ownUserId, username: '', isBot: true }),
    readLabels: async () => new Set(record.labels ?? carried),
    readLinks: async ({ id }) => {
      const { issues: steps, memory } = identify(recordedState(record), [ownUserId], formerUsers);
      const isLost = (from: string, to: string): boolean =>
        lostLinks.some((link) => link.from === from && link.to === to);
      return memory.links
        .filter(({ from, to }) => steps.get(from)?.id === id && !isLost(from, to))
        .map(({ to }) => ({ linkId: 0, type: 'blocks', issueId: steps.get(to)?.id ?? 0 }));
    },
  };
}

/** Which labels the group had nobody knows: whether some would be made cannot be told. */
function withoutLabels(decided: Decided): Decided {
  return { ...decided, actions: decided.actions.filter((text) => !text.startsWith('create label ')) };
}
