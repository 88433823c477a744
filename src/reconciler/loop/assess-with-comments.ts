import { afterAnswers, sowProposals } from '#domain/assess/amendments.ts';
import { appoint } from '#domain/assess/appointments.ts';
import { withAnswers } from '#domain/assess/asked-by-answer.ts';
import { type AssessInput, assess } from '#domain/assess/assess.ts';
import type { ChainFacts } from '#domain/assess/assess-elsewhere.ts';
import { changeProposals } from '#domain/assess/change-proposals.ts';
import { letGoBy, renamedProposals } from '#domain/assess/renamed.ts';
import type { Assessment } from '#domain/assess/step-status.ts';
import { afterWonAgain, endingAsked, withdrawalProposals } from '#domain/assess/withdrawal.ts';
import { withWorkException } from '#domain/assess/work-exception.ts';
import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import type { Asking, Said } from '#domain/plan/input.ts';
import type { Proposal } from '#domain/proposals/proposal.ts';
import type { Settled } from '#domain/recurring/settle.ts';
import { effectsOwed } from '#domain/rulings/one-time-effects.ts';
import { NO_RULINGS, type Rulings } from '#domain/rulings/rulings.ts';
import { settleRulings } from '#domain/rulings/settle.ts';
import type { KeptSow } from '#domain/sow/history.ts';
import type { GitLab } from '#ports/gitlab.ts';
import type { CommentLook } from './comment-look.ts';
import { readComments } from './read-comments.ts';
import { readLabelApprovals } from './read-label-approvals.ts';
import { readRuns, type StartedRuns } from './read-runs.ts';
import { issuesToRead, keepingThreads, settleTrackers } from './read-threads.ts';

/** Assessment that people's comments have had their part in. */
export interface Assessed {
  readonly assessment: Assessment;
  readonly said: Said;
  /** What is to be done about recurring steps. */
  readonly threads: ReadonlyMap<StepKey, Settled>;
  /** What people are asked, and what they have just answered. */
  readonly asking: Asking;
}

const NOTHING_SETTLED: ReadonlyMap<StepKey, Settled> = new Map();

/**
 * Assesses the facts together with what people have ruled: as recorded in the epic, and in comments not followed yet.
 * Reads only.
 */
export async function assessWithComments(
  gitlab: GitLab,
  facts: Omit<AssessInput, 'rulings' | 'sow' | 'history'>,
  kept: KeptSow,
  options: {
    readonly look: CommentLook;
    readonly started: StartedRuns;
    readonly now: string;
    /** The loop fuse's pause ends with this run. */
    readonly resume: boolean;
  },
): Promise<Assessed> {
  const { found, settings, today } = facts;
  const { sow } = kept;
  const { look, started, now } = options;
  const proposalsOf = (assessment: Assessment, held: KeptSow): readonly Proposal[] => [
    ...sowProposals(assessment, held, settings),
    ...changeProposals(assessment, held, settings),
    ...renamedProposals(assessment),
    ...withdrawalProposals(assessment, found.issues, { kept: held, settings }),
  ];
  const recorded = found.record?.rulings ?? NO_RULINGS;
  const settled = afterWonAgain(settleRulings(recorded, found.issues, today), kept, today);
  const [runs, byLabel] = await Promise.all([
    readRuns(gitlab, { ...facts, now, rulings: settled }, started),
    readLabelApprovals(gitlab, { ...facts, sow, now, rulings: settled }),
  ]);
  const rulings: Rulings = { ...settled, runs, ...byLabel };
  const before = assess({ ...facts, ...kept, rulings });
  const reader = keepingThreads(gitlab, trackerIssues(before));
  const unread = before.rulings.hold !== null ? [] : issuesToRead(before, { found, settings, now });
  const followed = await readComments(reader.gitlab, {
    look: { ...look, issues: new Set([...(look.issues ?? []), ...unread]) },
    found,
    rulings,
    assessment: before,
    proposals: proposalsOf(before, kept),
    settings,
  });
  const answered = followed?.effects.proposals ?? [];
  const agreed = afterAnswers(kept, answered, before);
  const after = { ...facts, ...agreed, chained: withoutThem(facts.chained, letGoBy(answered, before)) };
  const heard = followed === null ? before : assess({ ...after, rulings: followed.rulings });
  const ruledBy = (before: Assessment, rulings: Rulings): Assessment =>
    rulings === before.rulings ? before : assess({ ...after, rulings });
  const asked = ruledBy(heard, withWorkException(heard, settings));
  const ruled = ruledBy(asked, withAnswers(asked));
  const { answers, effects } = followed ?? { answers: [], effects: effectsOwed(rulings) };
  const isPaused = found.memory.paused && !options.resume && !effects.unpause;
  const threads =
    isPaused || ruled.rulings.hold !== null
      ? NOTHING_SETTLED
      : await settleTrackers(gitlab, ruled, { read: reader.read, found, settings, now });
  const isNews = [...threads].some(([key, { memory }]) => ruled.trackers.get(key) !== memory);
  const judged = isNews
    ? assess({ ...after, rulings: ruled.rulings, trackers: withMemories(ruled, threads) })
    : ruled;
  const { assessment, roles } = appoint(judged, settings);
  const allEffects = { ...effects, roles: [...new Set([...effects.roles, ...roles])] };
  const asking: Asking = {
    wanted: proposalsOf(assessment, agreed),
    answers: answered,
    history: agreed.history,
  };
  return {
    assessment: { ...assessment, ...endingAsked(assessment, asking.wanted, answered) },
    said: { followed: { answers, effects: allEffects }, recorded },
    threads,
    asking,
  };
}

/** The chain without deliveries that the deal has just let go of. */
function withoutThem(
  chained: ChainFacts | undefined,
  letGo: readonly EngagementKey[],
): ChainFacts | undefined {
  if (chained === undefined || letGo.length === 0) return chained;
  return {
    ...chained,
    keys: chained.keys.filter((key) => !letGo.includes(key)),
    chain: chained.chain.filter(({ key }) => !letGo.includes(key)),
    left: [...chained.left, ...letGo],
  };
}

function trackerIssues({ steps }: Assessment): ReadonlySet<number> {
  return new Set(
    steps.flatMap(({ step, issue }) => (step.recurs === undefined || issue === null ? [] : [issue.id])),
  );
}

function withMemories(
  { trackers }: Assessment,
  threads: ReadonlyMap<StepKey, Settled>,
): Assessment['trackers'] {
  return new Map([...trackers, ...[...threads].map(([key, { memory }]) => [key, memory] as const)]);
}
