/** What a plan is made from, and the draft that each part of a plan takes its share of. */

import type { Assessment } from '#domain/assess/step-status.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { Followed } from '#domain/comments/follow-comments.ts';
import type { Settlement } from '#domain/drift/drift.ts';
import type { Edge } from '#domain/engagement/memory.ts';
import type { Capabilities } from '#domain/engagement/state.ts';
import type { Proposal, ProposalAnswer } from '#domain/proposals/proposal.ts';
import type { SettledProposals } from '#domain/proposals/settle.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { Touches } from '#domain/record/record.ts';
import type { Settled } from '#domain/recurring/settle.ts';
import type { DueReminder } from '#domain/reminders/reminders.ts';
import type { Replan, Rulings } from '#domain/rulings/rulings.ts';
import type { SowHistory } from '#domain/sow/history.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';

/** Everything that one run plans from. */
export interface PlanInput {
  readonly facts: PlanFacts;
  readonly said: Said;
  readonly wishes: Wishes;
  /** Names of the group's labels. `null`: not read, because nothing is to be created and no label of ours is missing. */
  readonly groupLabels: ReadonlySet<string> | null;
  readonly settings: Settings;
  /** Records are sealed, and a protected copy of them is kept. */
  readonly sealing: boolean;
  /** The instant of the run, on the day of the assessment. ISO 8601. */
  readonly now: string;
}

/** State of an engagement in GitLab, and what follows from it. */
export interface PlanFacts {
  /** With the rulings as comments and facts have left them; what a run adds to the rulings, the plan says. */
  readonly assessment: Assessment;
  readonly found: Identified;
  readonly capabilities: Capabilities;
  /** Version and hash of the definition that judges this engagement. */
  readonly rules: { readonly version: number; readonly hash: string; readonly texts: string };
  /** Links that were there and are gone. */
  readonly lostLinks: readonly Edge[];
  /** What is to be done about the threads of recurring steps; absent: nothing. */
  readonly threads?: ReadonlyMap<StepKey, Settled>;
  /** What people are to be asked; absent: what was asked stays as it is. */
  readonly asking?: Asking;
}

/** Proposals of a run, and how the SOW came to be what it is after it. */
export interface Asking {
  readonly wanted: readonly Proposal[];
  readonly answers: readonly ProposalAnswer[];
  readonly history: SowHistory;
}

/** Words of people, now and before. */
export interface Said {
  /** What comments, or a finished step that appoints, have just asked for. */
  readonly followed: Pick<Followed, 'answers' | 'effects'>;
  /** How far comments had been read, and how the runs of pipelines stood, when the epic was last written. */
  readonly recorded: Pick<Rulings, 'readings' | 'runs'>;
}

/** Choices of whoever asked for the run. */
export interface Wishes {
  /** The loop fuse's pause ends, and what people have undone is put back; by option or by comment. */
  readonly resume: boolean;
  /** A tracking issue turns into an epic, where there can be one. */
  readonly migrate: boolean;
  /** The record and its copy are written anew, with the key of now. */
  readonly reseal: boolean;
  /** The engagement's label is known to exist and what carries it was read: nothing to claim. */
  readonly claimed: boolean;
}

/** Plan in the making: the input, and all that is settled before the first action. */
export interface Draft extends PlanInput, Pick<Settlement, 'left' | 'askOn' | 'tell'> {
  /** What texts are made of; its assessment, like that of the facts, has the rulings as they will be recorded. */
  readonly context: BlockContext;
  /** The blocking links there should be. */
  readonly links: readonly Edge[];
  /** Steps whose issues this plan creates, in the order in which it does. */
  readonly coming: ReadonlySet<StepKey>;
  /** What the record says of every item's last change after this run. */
  readonly touches: Touches;
  /** Proposals of dates that this run carries out. */
  readonly applied: readonly Replan[];
  /** What is told of proposals, and remembered of them. */
  readonly proposals: SettledProposals;
  /** Reminders to be written. */
  readonly due: readonly DueReminder[];
}

/** Share of a draft that an engagement has which stands still. */
export type StoppedDraft = Pick<
  Draft,
  'facts' | 'said' | 'wishes' | 'settings' | 'context' | 'touches' | 'proposals'
>;
