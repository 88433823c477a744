/** From each command to its effect. */
import type { CommandName } from '#domain/base/commands.ts';
import { answerProposal } from './answer-proposal.ts';
import { call } from './call-command.ts';
import { done, type Effect, type EffectContext, type EffectsOf, onEpic } from './effect.ts';
import { ENGAGEMENT_COMMANDS } from './engagement-commands.ts';
import type { Command } from './read-arguments.ts';
import { replan } from './replan-command.ts';
import { STEP_COMMANDS } from './step-commands.ts';

/** The commands that change nothing. */
const QUESTIONS: EffectsOf<'help' | 'status' | 'explain' | 'reconcile'> = {
  help: (_, context) => done(context, { reply: { kind: 'help' } }),
  status: (_, context) => done(context, { reply: { kind: 'status' } }),
  explain: (_, context) => done(context, { reply: { kind: 'explain', step: context.status?.key ?? null } }),
  reconcile: (_, context) =>
    done(context, { reply: onEpic(context, 'Everything has been looked at again.') }),
};

const EFFECTS: EffectsOf<CommandName> = {
  ...QUESTIONS,
  ...STEP_COMMANDS,
  ...ENGAGEMENT_COMMANDS,
  replan,
  apply: answerProposal,
  call: ({ words, reason }, context) => call(words.what === 'slot' ? words : { ...words, reason }, context),
};

/** Does what one permitted command says to the rulings and the effects so far, or says why not. */
export function carryOutCommand(command: Command, context: EffectContext): Effect {
  return effectOf(command.name, command, context);
}

function effectOf<Name extends CommandName>(
  name: Name,
  command: Command & { readonly name: Name },
  context: EffectContext,
): Effect {
  return EFFECTS[name](command, context);
}
