/** Replies to effects of change requests that cannot be carried out: once about each text. */
import { effectsNameOf, isSettled } from '#domain/assess/changes.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import { effectsNote, effectsRightNote, effectsRule } from '#domain/texts/change-notes.ts';
import type { Action } from './action.ts';
import type { Draft } from './input.ts';

type Told = Rulings['toldEffects'];

/** What whoever wrote effects has been told when the run is over. */
export function toldEffectsAfter({ steps }: Pick<Assessment, 'steps'>): Told {
  return steps.flatMap((status) => (isWrong(status) ? [{ step: status.key, text: nameOf(status) }] : []));
}

/** Effects that the issues of open change requests show when the run is over. */
export function shownEffectsAfter({ steps }: Pick<Assessment, 'steps'>): Rulings['shownEffects'] {
  return steps.flatMap(({ key, change }) =>
    change === null || isSettled(change) || change.wanted.kind === 'none'
      ? []
      : [{ step: key, text: effectsNameOf(change) }],
  );
}

/** Tells what is wrong with effects, and that they are right where they were not. */
export function planEffectsNotes({ facts, context }: Pick<Draft, 'facts' | 'context'>): readonly Action[] {
  const told: Told = facts.found.record?.rulings.toldEffects ?? [];
  return context.assessment.steps.flatMap((status): Action[] => {
    const { key, change } = status;
    const before = told.find(({ step }) => step === key)?.text ?? null;
    const target = { kind: 'step', step: key } as const;
    const isAsked = isWrong(status);
    if (isAsked && before === nameOf(status)) return [];
    const over: Action[] =
      before === null
        ? []
        : [
            {
              kind: 'write-note',
              target,
              rule: effectsRule(before),
              body: effectsRightNote(before, { isRight: !isAsked }),
              ends: true,
            },
          ];
    if (!isAsked || change === null) return over;
    const rule = effectsRule(nameOf(status));
    return [
      ...over,
      {
        kind: 'write-note',
        target,
        rule,
        body: effectsNote(rule, status, context),
        once: true,
        counted: true,
      },
    ];
  });
}

function isWrong({ change, done }: StepStatus): boolean {
  return !done && change !== null && change.wanted.kind === 'wrong' && !isSettled(change);
}

function nameOf({ change }: StepStatus): string {
  return change === null ? '' : effectsNameOf(change);
}
