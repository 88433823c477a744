/** What people have ruled about steps, carried to the names that the steps have in another version. */
import type { StepKey } from '#domain/base/keys.ts';
import { isStepCause, NO_RULINGS, type Replan, type Rulings } from '#domain/rulings/rulings.ts';

/** Rulings of one engagement, taken apart. */
export interface SplitRulings {
  /** Those of steps that go on, and of the engagement as a whole. */
  readonly kept: Rulings;
  /** Those of steps that nobody is asked for any more, under their old names. */
  readonly aside: Rulings;
}

/** Takes rulings apart. @param keyAfter name that a step has then; `null`: it does not go on */
export function splitRulings(rulings: Rulings, keyAfter: (step: StepKey) => StepKey | null): SplitRulings {
  const goesOn = ({ step }: { readonly step: StepKey }): boolean => keyAfter(step) !== null;
  const kept = <T extends { readonly step: StepKey }>(list: readonly T[]): T[] =>
    list.flatMap((one) => {
      const step = keyAfter(one.step);
      return step === null ? [] : [{ ...one, step }];
    });
  const aside = <T extends { readonly step: StepKey }>(list: readonly T[]): T[] =>
    list.filter((one) => !goesOn(one));
  const { owed } = rulings;
  return {
    kept: {
      ...rulings,
      ...ofSteps(rulings, kept),
      replans: rulings.replans.flatMap((replan) => replanAfter(replan, keyAfter)),
      owed:
        owed === null
          ? null
          : {
              ...owed,
              dueDates: kept(owed.dueDates),
              autoDue: owed.autoDue.flatMap((step) => keyAfter(step) ?? []),
            },
    },
    aside: { ...NO_RULINGS, ...ofSteps(rulings, aside) },
  };
}

/** A proposal of dates with the names to come. One whose cause does not go on is made anew, if there is reason. */
function replanAfter(replan: Replan, keyAfter: (step: StepKey) => StepKey | null): Replan[] {
  const cause = isStepCause(replan.cause) ? keyAfter(replan.cause) : replan.cause;
  if (cause === null) return [];
  const moves = replan.moves.flatMap((move) => {
    const step = keyAfter(move.step);
    return step === null ? [] : [{ ...move, step }];
  });
  return moves.length === 0 ? [] : [{ ...replan, cause, moves }];
}

/** Puts rulings that were set aside back among the others. */
export function joinRulings(rulings: Rulings, aside: readonly Rulings[]): Rulings {
  return aside.reduce<Rulings>((joined, more) => ({ ...joined, ...listsOfBoth(joined, more) }), rulings);
}

/** Lists of rulings that are about one step each. One that is left out below does not compile. */
type OfSteps = {
  [Name in keyof Rulings]: Rulings[Name] extends readonly { readonly step: StepKey }[] ? Name : never;
}[keyof Rulings];

function listsOfBoth(one: Rulings, other: Rulings): Pick<Rulings, OfSteps> {
  return {
    waivers: [...one.waivers, ...other.waivers],
    approvals: [...one.approvals, ...other.approvals],
    calls: [...one.calls, ...other.calls],
    instances: [...one.instances, ...other.instances],
    changes: [...one.changes, ...other.changes],
    toldEffects: [...one.toldEffects, ...other.toldEffects],
    shownEffects: [...one.shownEffects, ...other.shownEffects],
    snoozes: [...one.snoozes, ...other.snoozes],
    pinned: [...one.pinned, ...other.pinned],
    moved: [...one.moved, ...other.moved],
    reminders: [...one.reminders, ...other.reminders],
    waiting: [...one.waiting, ...other.waiting],
    runs: [...one.runs, ...other.runs],
  };
}

function ofSteps(
  rulings: Rulings,
  change: <T extends { readonly step: StepKey }>(list: readonly T[]) => T[],
): Pick<Rulings, OfSteps> {
  return {
    waivers: change(rulings.waivers),
    approvals: change(rulings.approvals),
    calls: change(rulings.calls),
    instances: change(rulings.instances),
    changes: change(rulings.changes),
    toldEffects: change(rulings.toldEffects),
    shownEffects: change(rulings.shownEffects),
    snoozes: change(rulings.snoozes),
    pinned: change(rulings.pinned),
    moved: change(rulings.moved),
    reminders: change(rulings.reminders),
    waiting: change(rulings.waiting),
    runs: change(rulings.runs),
  };
}
