/** What a command has to go by, and what it comes to. Pure; the same comment always has the same effect. */
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { localDate } from '#domain/base/calendar.ts';
import type { CommandName } from '#domain/base/commands.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualNote, ActualUser, NoteTarget } from '#domain/engagement/state.ts';
import type { Proposal } from '#domain/proposals/proposal.ts';
import type { OneTimeEffects } from '#domain/rulings/one-time-effects.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import { stepReference } from '#domain/text/references.ts';
import type { Command } from './read-arguments.ts';
import type { Reply } from './replies.ts';

/** Circumstances under which a command was given. */
export interface EffectContext {
  /** The step that the command is about. */
  readonly status: StepStatus | null;
  readonly said: { readonly by: ActualUser; readonly note: ActualNote; readonly target: NoteTarget };
  /** Assessment with the rulings so far. */
  readonly assessment: Assessment;
  readonly effects: OneTimeEffects;
  /** What people are asked, as things stand now. */
  readonly proposals: readonly Proposal[];
  readonly settings: Settings;
  /** Members of the project that `/ps assign` names, by the name as it was written. */
  readonly named: ReadonlyMap<string, ActualUser>;
}

/** Rulings and effects after a command, or the reason why the command does nothing. */
export type Effect =
  | {
      readonly kind: 'done';
      readonly rulings: Rulings;
      readonly effects: OneTimeEffects;
      readonly reply: Reply | null;
    }
  | { readonly kind: 'refused'; readonly why: string };

/** Effect of every command of a group, by the command's name. */
export type EffectsOf<Names extends CommandName> = {
  readonly [Name in Names]: (command: Command & { readonly name: Name }, context: EffectContext) => Effect;
};

/** Carries a command out: the rulings and effects so far, with some changed. */
export function done(
  { assessment, effects }: EffectContext,
  changes: {
    readonly rulings?: Partial<Rulings>;
    readonly effects?: Partial<OneTimeEffects>;
    readonly reply?: Reply | null;
  },
): Effect {
  return {
    kind: 'done',
    rulings: { ...assessment.rulings, ...changes.rulings },
    effects: { ...effects, ...changes.effects },
    reply: changes.reply ?? null,
  };
}

/**
 * Refuses a command.
 *
 * @param why goes on from `was not followed:`, without a full stop
 */
export function refused(why: string): Effect {
  return { kind: 'refused', why };
}

/** Gives who wrote the command, on which date, in which comment: the origin that a ruling keeps. */
export function given({ said, settings }: EffectContext): {
  readonly by: string;
  readonly byId: number;
  readonly on: string;
  readonly note: number;
  readonly at: string;
} {
  const on = localDate(said.note.createdAt, settings.calendar);
  return { by: said.by.username, byId: said.by.id, on, note: said.note.id, at: said.note.createdAt };
}

/** Answers in these words. */
export function text(words: string): Reply {
  return { kind: 'text', text: words };
}

/** Answers in words on the epic alone, where a comment gets no reaction. */
export function onEpic({ said }: EffectContext, words: string): Reply | null {
  return said.target.kind === 'epic' ? text(words) : null;
}

/** Names a step with the link to its issue. */
export function linked({ key, step }: StepStatus): string {
  return `${stepReference(key)} ${step.title}`;
}
