/** The command about dates that are proposed, or that could be earlier. */
import { titlesOf } from '#domain/assess/outlook.ts';
import { datedSteps, forecastOn } from '#domain/dates/dated-steps.ts';
import { movesForward } from '#domain/dates/moves.ts';
import { type DateMove, isOpenReplan, ON_HOLD, ON_REQUEST, type Replan } from '#domain/rulings/rulings.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import { blockContext } from '#domain/texts/block-context.ts';
import { done, type Effect, type EffectContext, given, refused, text } from './effect.ts';
import type { Command } from './read-arguments.ts';
import { mayAnswer, mayPull } from './rights.ts';

/** Applies or drops what is proposed, as far as the speaker may, or pulls dates forward. */
export function replan(command: Extract<Command, { name: 'replan' }>, context: EffectContext): Effect {
  if (command.what === 'pull') return pull(context);
  const { assessment, said, settings } = context;
  const open = assessment.rulings.replans.filter(isOpenReplan);
  const meant = open.filter(({ cause }) => command.cause === null || command.cause === cause);
  if (open.length === 0) return refused('no dates are proposed');
  if (meant.length === 0) {
    const causes = open.map(({ cause }) => `\`/ps replan ${cause === ON_HOLD ? 'hold' : cause}\``);
    return refused(`nothing is proposed for that cause; there is ${causes.join(', ')}`);
  }
  const own = meant.filter((one) => mayAnswer(one, said.by, assessment, settings));
  if (own.length === 0)
    return refused('that takes the manager, or whoever does the step that moves the others');
  const about = given(context);
  const answered = (one: Replan): Replan =>
    command.what === 'apply'
      ? { ...one, accepted: { by: about.by } }
      : { ...one, dropped: { reason: command.reason, ...about } };
  const moves = own.flatMap((one) => one.moves);
  const words =
    command.what === 'apply'
      ? ['These dates move as proposed:', '', ...moveLines(moves, context)].join('\n')
      : `The dates stay: ${inlineText(command.reason)}`;
  return withReplans(
    context,
    assessment.rulings.replans.map((one) => (own.includes(one) ? answered(one) : one)),
    words,
  );
}

function pull(context: EffectContext): Effect {
  const { assessment, settings, said } = context;
  if (!mayPull(said.by, assessment, settings)) return refused('earlier dates take the manager');
  const outlook = blockContext(assessment, settings);
  const steps = datedSteps(outlook);
  const { by, on } = given(context);
  const moves = movesForward(steps, forecastOn(null, steps, outlook, on));
  if (moves.length === 0)
    return refused('nothing can be earlier: only steps that keep their distance follow one that was early');
  const wanted = { cause: ON_REQUEST, moves: [...moves], since: on, on, reminded: false, dropped: null };
  return withReplans(
    context,
    [
      ...assessment.rulings.replans.filter(({ cause }) => cause !== ON_REQUEST),
      { ...wanted, accepted: { by } },
    ],
    ['These dates are earlier now:', '', ...moveLines(moves, context)].join('\n'),
  );
}

function withReplans(context: EffectContext, replans: readonly Replan[], words: string): Effect {
  return done(context, { rulings: { replans: [...replans] }, reply: text(words) });
}

function moveLines(moves: readonly DateMove[], { assessment }: EffectContext): readonly string[] {
  const titles = titlesOf(assessment);
  return moves.map(
    ({ step, from, to }) => `- ${stepReference(step)} ${titles.get(step) ?? step}: ${from} → ${to}`,
  );
}
