/** What people read of a migration: one comment on the epic, and the kept lines of an issue nobody is asked for any more. */
import type { StepKey } from '#domain/base/keys.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import type { NoteRule } from '#domain/texts/notes.ts';
import { noteBody } from '#domain/texts/notes.ts';
import { type Effect, toldEffects } from './effects.ts';
import type { Move } from './move.ts';
import { keyAfterMove } from './rekey.ts';

/** Engagement that a text is about. */
interface Told {
  readonly engagement: string;
  readonly move: Move;
}

/** The one comment that tells what a migration has changed. @param titleOf title of a step in the version to come */
export function migrationNote(
  { engagement, move }: Told,
  effects: readonly Effect[],
  { rule, titleOf }: { readonly rule: NoteRule; readonly titleOf: (step: StepKey) => string },
): string {
  const { from, to, process } = move;
  const isBack = move.way === 'back';
  const lines = toldEffects(effects).map((effect) => `- ${effectLine(effect, titleOf)}`);
  const name = keyAfterMove(move, engagement);
  const text = [
    `**${name} ${isBack ? 'is back on' : 'goes on by'} version ${to} of ${inlineText(process.name)}**, no longer by version ${from}.`,
    '',
    ...(lines.length === 0 ? ['No step is added or ends.'] : lines),
    '',
    `What was done stays done, and what people wrote stays as it is. What differs: \`procession versions ${process.id} ${Math.min(from, to)} ${Math.max(from, to)}\`.${
      isBack || move.rekey !== null
        ? ''
        : ` To undo this: \`procession migrate ${process.id} --back ${engagement}\`.`
    }`,
  ].join('\n');
  return noteBody(rule, text);
}

function effectLine(effect: Effect, titleOf: (step: StepKey) => string): string {
  const named = (step: StepKey): string => `${stepReference(step)} ${inlineText(titleOf(step))}`;
  switch (effect.kind) {
    case 'rekeyed':
      return `It was ${effect.was} so far, the number of the SOW that comes of this deal, which is free now: the delivery that is launched under it joins this deal.${effect.hidden ? ' Deals are confidential here, and so is everything of this one from now on.' : ''}`;
    case 'renamed':
      return `${named(effect.step)} was called \`${effect.was}\` so far: the same issue${effect.title === 'stays' ? ', whose title people have changed' : ''}.`;
    case 'retitled':
      return `${named(effect.step)}: has another title.`;
    case 'asked':
      return `${named(effect.step)} is new, and asked for.`;
    case 'too-late':
      return `${inlineText(titleOf(effect.step))} is not asked for: it came with this version, and ${named(effect.because)} is done.`;
    case 'retired':
      return `${stepReference(effect.step)} ${inlineText(effect.title)} is not asked for any more${effect.closed ? ', and closed as retired' : ''}: ${inlineText(effect.why)}`;
    case 'restored':
      return `${named(effect.step)} is asked for again${effect.reopened ? ', and open' : ''}.`;
    case 'reworded':
      return `${effect.step === null ? 'This epic' : named(effect.step)}: section \`${effect.section}\` is worded anew.`;
    case 'names':
      return 'Names of the process or of its steps are others.';
  }
}

/** Kept lines of an issue that nobody is asked for any more. @param why for people, from the mapping */
export function retiredBlock({ engagement, move }: Told, why: string): string {
  return [
    `**Retired.** Nobody is asked for this step since ${engagement} goes by version ${move.to} of ${inlineText(move.process.name)}: ${inlineText(why)}`,
    '',
    `_${engagement} · ${inlineText(move.process.name)}. Procession has closed this issue and changes nothing here; everything below these lines is yours._`,
  ].join('\n');
}
