/** What other rules would have decided, for people. */
import type { DecisionDifference, Standing, StepDifference } from '#domain/compare-decisions.ts';
import { formatProblem, type InputProblem } from '#domain/input-problem.ts';
import type { Period, Replayed } from '#domain/replayed.ts';
import { counted, type Paint, visible } from './paint.ts';

/** @param problems lines that could not be read; `count` of them in all */
export function replayText(
  replayed: Replayed,
  problems: { readonly first: readonly InputProblem[]; readonly count: number },
  paint: Paint,
): string {
  const more = problems.count - problems.first.length;
  return [
    ...problems.first.map((problem) => paint('bad', formatProblem(problem))),
    ...(more > 0 ? [paint('bad', `and ${counted(more, 'more line')} like these`)] : []),
    ...(problems.count > 0 ? [''] : []),
    ...replayed.periods.flatMap((period) => [...periodLines(period, paint), '']),
    ...summaryLines(replayed, problems.count, paint),
  ].join('\n');
}

function periodLines(period: Period, paint: Paint): readonly string[] {
  const { engagement, from, to, decisions, undecided, difference } = period;
  const when =
    decisions === 1 ? second(from) : `${second(from)} to ${second(to)} (${counted(decisions, 'decision')})`;
  return [
    paint('heading', `${visible(engagement)} · ${visible(when)}`),
    ...(undecided === null ? [] : [`  ${paint('bad', 'cannot be decided now:')} ${visible(undecided)}`]),
    ...(difference === null ? [] : differenceLines(difference, paint)),
  ];
}

/** An instant without fractions of a second. */
function second(instant: string): string {
  return instant.replace(/\.\d+/, '');
}

function differenceLines(difference: DecisionDifference, paint: Paint): readonly string[] {
  const { steps, epic, verdict, added, gone } = difference;
  const name = ({ was, now }: { readonly was: string; readonly now: string }): string =>
    `${was} → ${paint('change', now)}`;
  return [
    ...steps.flatMap((step) => stepLines(step, paint)),
    ...(epic === null ? [] : [`  the epic: ${name(epic)}`]),
    ...(verdict === null
      ? []
      : [`  carried out: ${name({ was: VERDICTS[verdict.was], now: VERDICTS[verdict.now] })}`]),
    ...gone.map((text) => `  ${paint('bad', '-')} ${visible(text)}`),
    ...added.map((text) => `  ${paint('good', '+')} ${visible(text)}`),
  ];
}

const VERDICTS = { go: 'yes', shadow: 'no (policy "shadow")', braked: 'no (a brake)' } as const;

function stepLines({ step, was, now }: StepDifference, paint: Paint): readonly string[] {
  const change =
    was.state === now.state
      ? standingText(now)
      : `${standingText(was)} → ${paint('change', standingText(now))}`;
  return [
    `  ${visible(step)}: ${change}`,
    ...(was.why === now.why ? [] : [`      then  ${visible(was.why)}`, `      now   ${visible(now.why)}`]),
    ...missingLines('missing as well', missingOf(now), missingOf(was)),
    ...missingLines('no longer missing', missingOf(was), missingOf(now)),
  ];
}

function missingOf({ broken }: Standing): readonly string[] {
  return broken.flatMap(({ missing }) => missing);
}

/** Of long lists the first: all of them are in the JSON. */
const MOST_SHOWN = 5;

function missingLines(what: string, some: readonly string[], others: readonly string[]): readonly string[] {
  const only = some.filter((text) => !others.includes(text));
  const more = only.length - MOST_SHOWN;
  const shown = [...only.slice(0, MOST_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])];
  return shown.length === 0 ? [] : [`      ${what}: ${shown.map(visible).join('; ')}`];
}

function standingText({ state, broken }: Standing): string {
  const rules = broken.length === 0 ? '' : ` (${broken.map(({ rule }) => visible(rule)).join(', ')})`;
  return `${state ?? 'not part of it'}${rules}`;
}

function summaryLines(replayed: Replayed, problems: number, paint: Paint): readonly string[] {
  const { decisions, engagements, different, periods } = replayed;
  const what = `${counted(decisions, 'decision')} about ${counted(engagements, 'engagement')}: `;
  const result =
    different === 0 ? 'the rules of now decide the same' : `${different} would be made otherwise`;
  const unread = problems === 0 ? '' : `; ${counted(problems, 'line')} could not be read`;
  const isFine = different + problems === 0;
  return [
    ...(different === 0 ? [] : [paint('dim', SIGNS)]),
    paint(isFine ? 'good' : 'change', `${what}${result}${unread}.`),
    ...(periods.some(({ sameProcess }) => sameProcess) ? [SAME_PROCESS] : []),
  ];
}

const SIGNS = 'Signs: → then and now, + would be done as well, - would no longer be done.';
const SAME_PROCESS =
  'Some differ although their process is the very same: by procession.yml, or by another version of Procession.';
