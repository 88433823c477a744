/** What a command has to go by, and what it comes to. Pure; the same comment always has the same effect. */
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { localDate } from '#domain/base/calendar.ts';
import type { CommandName } from '#domain/base/commands.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualNote, ActualUser, NoteTarget } from '#domain/engagement/state.ts';
import type { OneTimeEffects } from '#domain/rulings/one-time-effects.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import type { Command } from './parse-command.ts';
import type { Reply } from './replies.ts';

export interface EffectContext {
  /** The step that the command is about. */
  readonly status: StepStatus | null;
  readonly said: { readonly by: ActualUser; readonly note: ActualNote; readonly target: NoteTarget };
  /** With the rulings so far. */
  readonly assessment: Assessment;
  readonly effects: OneTimeEffects;
  readonly settings: Settings;
  /** Members of the project that `/ps assign` names, by the name as it was written. */
  readonly named: ReadonlyMap<string, ActualUser>;
}

export type Effect =
  | {
      readonly kind: 'done';
      readonly rulings: Rulings;
      readonly effects: OneTimeEffects;
      readonly reply: Reply | null;
    }
  | { readonly kind: 'refused'; readonly why: string };

/** What each command of a group does, by its name. */
export type EffectsOf<Names extends CommandName> = {
  readonly [Name in Names]: (command: Command & { readonly name: Name }, context: EffectContext) => Effect;
};

/** Carried out: the rulings and effects so far, with some changed. */
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

/** Not carried out. @param why goes on from `was not followed:`, without a full stop */
export function refused(why: string): Effect {
  return { kind: 'refused', why };
}

/** Who gave the command, on which date, in which comment: what a ruling keeps of its origin. */
export function given({ said, settings }: EffectContext): {
  readonly by: string;
  readonly byId: number;
  readonly on: string;
  readonly note: number;
} {
  const on = localDate(said.note.createdAt, settings.calendar);
  return { by: said.by.username, byId: said.by.id, on, note: said.note.id };
}

/** An answer in these words. */
export function text(words: string): Reply {
  return { kind: 'text', text: words };
}

/** An answer in words where the comment stands on the epic: there is no sign at a comment there. */
export function onEpic({ said }: EffectContext, words: string): Reply | null {
  return said.target.kind === 'epic' ? text(words) : null;
}
