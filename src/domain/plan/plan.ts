/**
 * The difference between what should be and what is, as an ordered list of actions. Actions name steps, so a plan
 * can be shown before any issue exists. Empty when there is nothing to do.
 */

import { lacksIssue } from '#domain/assess/step-status.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { type Drift, driftMemoryOf, settleDrift } from '#domain/drift/drift.ts';
import type { DriftMemory } from '#domain/engagement/drift-memory.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import { type BlockContext, blockContext } from '#domain/texts/block-context.ts';
import type { Action, Plan } from './action.ts';
import { planAnswers } from './answers.ts';
import { planCopy, planHolder, planIssues, planLabels } from './creation.ts';
import { appliedReplans, datesAfter, planDateNotes } from './dates.ts';
import { planEffectsNotes } from './effects-notes.ts';
import { isStopped, planEpic, planPausing, planStopped, planTurn } from './epic.ts';
import { fightIn, touchesAfter, wrongClosesIn } from './fuse.ts';
import { planHandOver } from './hand-over.ts';
import { holderAfter, planRetirement } from './holder.ts';
import type { Draft, PlanInput } from './input.ts';
import { isGone, planDriftNotes } from './left.ts';
import { leftoversOf, planLeftovers } from './leftovers.ts';
import { desiredLinks, planLinks } from './links.ts';
import { nextRulings, rulingsWhileStopped } from './next-rulings.ts';
import { planPipelines, planRunNotes } from './pipelines.ts';
import { planPlaces } from './places.ts';
import { planProposals, proposalsNow } from './proposals.ts';
import { planRelations } from './relations.ts';
import { followingSow } from './sow-dates.ts';
import { pendingChanges, planReminderNotes, planSteps, planTwins } from './steps.ts';
import { planThreads } from './threads.ts';
import { turnOf } from './withdrawal.ts';

/** Part of a plan: what it does, and why it comes where it comes. `docs/architecture.md` shows both. */
interface PlanPart {
  readonly what: string;
  readonly because: string;
  readonly actions: (draft: Draft) => readonly Action[];
}

/** Parts of a plan in the order in which they are carried out: a crash leaves a prefix that the next run completes. */
export const PLAN_PARTS: readonly PlanPart[] = [
  {
    what: 'labels of the group',
    because: 'an unknown label on an issue would silently become a project label',
    actions: planLabels,
  },
  { what: 'the epic', because: 'issues are created inside it', actions: planHolder },
  {
    what: 'the protected copy of the record',
    because: 'with it an epic that has lost its description is known for one, not for a newborn',
    actions: planCopy,
  },
  {
    what: 'issues',
    because: 'the last step first: GitLab puts every new child on top of its epic',
    actions: planIssues,
  },
  { what: 'links', because: 'both ends exist', actions: planLinks },
  { what: 'closing of doubles', because: 'the survivors are complete', actions: planTwins },
  {
    what: 'reminders',
    because: 'the epic, written later, records that they were said',
    actions: planReminderNotes,
  },
  {
    what: 'proposals of dates, and what became of them',
    because: 'the explanation before the change; the epic, written later, records them',
    actions: planDateNotes,
  },
  {
    what: 'replies to effects of change requests',
    because: 'the explanation before the change; the epic, written later, records that they were told',
    actions: planEffectsNotes,
  },
  {
    what: 'notes about failed pipelines',
    because: 'the explanation before the change',
    actions: planRunNotes,
  },
  {
    what: 'changes of issues, each after a note about every broken rule',
    because: 'the explanation before the change: a crash in between repeats neither',
    actions: planSteps,
  },
  {
    what: 'the order of issues in the epic',
    because: 'all are in it; the epic, written later, records that they are placed',
    actions: planPlaces,
  },
  {
    what: 'threads of recurring steps',
    because: 'the issue says already when the next one opens; the epic, written later, records them',
    actions: planThreads,
  },
  { what: 'pipelines', because: 'the issue says already that it is their turn', actions: planPipelines },
  {
    what: 'issues nobody asks for any longer',
    because: 'each after its note, like every change of an issue',
    actions: planLeftovers,
  },
  {
    what: 'proposals, and what became of them',
    because: 'the epic, written later, records that they were told',
    actions: planProposals,
  },
  {
    what: 'what a deal lacks to be handed over',
    because: 'the epic, written later, records that it was told',
    actions: planHandOver,
  },
  {
    what: 'relations of a deal to its deliveries',
    because: 'the epic, written later, records the deliveries, so that each is made once',
    actions: planRelations,
  },
  { what: 'answers', because: 'what a comment asked for is done', actions: planAnswers },
  {
    what: 'questions about drift',
    because: 'the epic, written next, records that they were asked',
    actions: planDriftNotes,
  },
  {
    what: 'the summary in the epic',
    because: 'its record of links and rulings is written only after they are carried out',
    actions: planEpic,
  },
  {
    what: 'closing of a tracking issue that became an epic',
    because: 'the epic has everything; until then a crash leaves something to be found',
    actions: planRetirement,
  },
];

/** Plan with the rulings that its last action records. */
export interface RulingPlan extends Plan {
  readonly rulings: Rulings;
  /** The change over which this plan pauses the engagement, because another machine keeps undoing it. */
  readonly pausedOver: string | null;
  /** This plan ends the engagement, or takes it up again, as somebody has asked who saw what that means. */
  readonly turn: 'withdraw' | 'take-up' | null;
}

/**
 * Plans one engagement. While the engagement is stopped, people are answered and nothing else happens; where another
 * machine fights against us, it is paused.
 */
export function plan(given: PlanInput): RulingPlan {
  const input = followingSow(given);
  const turn = turnOf(input);
  if (turn !== null) {
    const draft = stoppedDraft(input);
    return { ...planned(draft, planTurn(draft, turn)), turn };
  }
  if (isStopped(input)) {
    const draft = stoppedDraft(input);
    return planned(draft, planStopped(draft));
  }
  const draft = draftOf(input);
  const fight = fightIn(draft.touches);
  if (fight !== null) {
    const still = stoppedDraft(input);
    return { ...planned(still, planPausing(still, fight)), pausedOver: fight };
  }
  return planned(
    draft,
    PLAN_PARTS.flatMap(({ actions }) => actions(draft)),
  );
}

function planned({ facts }: Pick<Draft, 'facts'>, actions: readonly Action[]): RulingPlan {
  const { engagement, rulings } = facts.assessment;
  return { engagement, actions, rulings, pausedOver: null, turn: null };
}

function draftOf(input: PlanInput): Draft {
  const { facts, wishes, settings, groupLabels } = input;
  const { memory, left, askOn, tell } = settleDrift({
    ...facts,
    settings,
    groupLabels,
    resume: wishes.resume,
  });
  const before = withDates(input, memory);
  const { rulings, health, due } = nextRulings(input, before);
  const assessment = { ...facts.assessment, rulings };
  const settled = { ...input, facts: { ...facts, assessment }, left };
  const context = { ...before, assessment, health };
  const touches = touchesAfter({ ...settled, context });
  return {
    ...settled,
    context: { ...context, wrongCloses: wrongClosesIn(touches) },
    touches,
    links: desiredLinks(facts),
    coming: comingSteps(input, left),
    askOn,
    tell,
    applied: appliedReplans(facts),
    proposals: proposalsNow(input, { stopped: false }),
    due,
  };
}

/** What texts are made of, with the due dates that this run writes, and with what is said of dates then. */
function withDates(input: PlanInput, memory: DriftMemory): BlockContext {
  const plain = contextOf(input, memory);
  const context = { ...plain, pending: pendingChanges(input, plain) };
  const rulings = datesAfter(input.facts, context, input.now);
  return { ...context, assessment: { ...context.assessment, rulings } };
}

function stoppedDraft(input: PlanInput): PlanInput & Pick<Draft, 'context' | 'touches' | 'proposals'> {
  const { facts } = input;
  const hours = { ...facts.assessment.hours, due: [] };
  const assessment = { ...facts.assessment, hours, rulings: rulingsWhileStopped(input) };
  const still = { ...input, facts: { ...facts, assessment } };
  const context = contextOf(still, driftMemoryOf({ found: facts.found, resume: false }));
  const proposals = proposalsNow(input, { stopped: true });
  return { ...still, context, proposals, touches: facts.found.record?.touches ?? new Map() };
}

function contextOf(input: PlanInput, drift: DriftMemory): BlockContext {
  const context = blockContext(input.facts.assessment, input.settings, holderAfter(input));
  return { ...context, ...leftoversOf(input.facts), drift };
}

/** Last step first where an epic orders them; on Free predecessors first, so that texts can refer to them. */
function comingSteps(input: PlanInput, left: readonly Drift[]): ReadonlySet<StepKey> {
  const { steps, order } = input.facts.assessment;
  const keys = steps.map(({ key }) => key);
  const missing = new Set(steps.filter(lacksIssue).map(({ key }) => key));
  const inOrder = holderAfter(input) === 'epic' ? keys.toReversed() : order;
  return new Set(inOrder.filter((key) => missing.has(key) && !isGone(key, left)));
}
