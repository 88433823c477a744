/** Dates that are to move, by what moves them. Nothing moves by itself: these are what is proposed, and what applying writes. */

import type { StepKey } from '#domain/base/keys.ts';
import { type DateMove, ON_HOLD, type Replan } from '#domain/rulings/rulings.ts';
import type { DatedStep, Forecast } from './forecast.ts';

/** Moves of one cause. */
export interface CausedMoves {
  readonly cause: Replan['cause'];
  /** In the order of the work. */
  readonly moves: readonly DateMove[];
}

/**
 * Due dates that are to move to their forecast, by cause. Nothing while nothing has happened: a plan that is too tight
 * from the start is told otherwise.
 *
 * @param forecast without `today`: a proposal that changed daily would be nobody's to answer
 */
export function movesByCause(steps: readonly DatedStep[], forecast: Forecast): readonly CausedMoves[] {
  const later = movesTo(forecast, steps).filter(({ from, to }) => to > from);
  const found = later.flatMap((move) => {
    const cause = causeOf(move.step, forecast.steps);
    return cause === null ? [] : [{ cause, move }];
  });
  return [...new Set(found.map(({ cause }) => cause))].map((cause) => ({
    cause,
    moves: found.filter((one) => one.cause === cause).map(({ move }) => move),
  }));
}

/** Earlier dates that steps could have. @param pulled a forecast with `pullFrom` */
export function movesForward(steps: readonly DatedStep[], pulled: Forecast): readonly DateMove[] {
  return movesTo(pulled, steps).filter(({ from, to }) => to < from);
}

/** Due dates of the steps that may move, and what is forecast of them, whether that is another day or not. */
function movesTo(forecast: Forecast, steps: readonly DatedStep[]): readonly DateMove[] {
  return steps.flatMap(({ key, pinned, slip, due, latest, mayMove }) => {
    const wanted = forecast.steps.get(key)?.forecast ?? null;
    const to = wanted !== null && latest !== null && wanted > latest ? latest : wanted;
    if (pinned || !mayMove || slip === 'fixed' || due === null || to === null) return [];
    return [{ step: key, from: due, to }];
  });
}

/** Steps as they stand once dates have moved. A date that moves is the plan from then on, with the holds so far in it. */
export function afterMoves(steps: readonly DatedStep[], moves: readonly DateMove[]): readonly DatedStep[] {
  return steps.map((step) => {
    const move = moves.find(({ step: key }) => key === step.key);
    return move === undefined ? step : { ...step, baseline: move.to, due: move.to, held: 0 };
  });
}

/** What made a date move: a step that is done, started or set by a person; a hold; `null`: the plan itself. */
function causeOf(key: StepKey, seen: Forecast['steps']): Replan['cause'] | null {
  const because = seen.get(key)?.because ?? null;
  switch (because?.kind) {
    case 'after':
      return because.isFact ? because.step : causeOf(because.step, seen);
    case 'pinned':
      return key;
    case 'plan':
      return because.held > 0 ? ON_HOLD : null;
    case undefined:
      return null;
  }
}
