/**
 * What the epic says of dates to come: when it closes as things stand, what decides that, which dates cannot be held,
 * and which are proposed. As long as nothing happens the lines stay the same: a forecast that moved daily would have the
 * epic written daily.
 */

import { shortNoticesNow } from '#domain/assess/date-order.ts';
import { titlesOf } from '#domain/assess/outlook.ts';
import { datedSteps, forecastOn } from '#domain/dates/dated-steps.ts';
import type { Forecast } from '#domain/dates/forecast.ts';
import { cannotBeHeldText } from '#domain/dates/reasons.ts';
import { type ShortNotice, shortNoticeText } from '#domain/process/short-notice.ts';
import { isOpenReplan } from '#domain/rulings/rulings.ts';
import { stepReference } from '#domain/text/references.ts';
import type { BlockContext } from './block-context.ts';

/** Lines about dates to come; none where nothing says when, or all is done. */
export function forecastLines(context: BlockContext): readonly string[] {
  const { assessment } = context;
  if (assessment.closed) return [];
  const steps = datedSteps(context);
  const settled = forecastOn(null, steps, context);
  const now = forecastOn(assessment.today, steps, context);
  const short = shortNoticesNow(context);
  return [
    ...endLines(settled, now, context),
    ...shortLines(short, context),
    ...heldLines(settled, short, context),
    ...proposedLines(context),
  ];
}

function endLines(settled: Forecast, now: Forecast, context: BlockContext): readonly string[] {
  if (settled.end === null) return [];
  const titles = titlesOf(context.assessment);
  const path = now.criticalPath.map((key) => titles.get(key) ?? key);
  const decided = path.length === 0 ? '' : `; decided by ${path.join(' → ')}`;
  const [first = ''] = path;
  const later =
    now.end === settled.end ? '' : ` at the earliest, and later with every day that ${first} stays open`;
  return [`**Forecast:** closes ${settled.end}${later}${decided}.`, ''];
}

function shortLines(short: readonly ShortNotice[], { assessment }: BlockContext): readonly string[] {
  const titles = titlesOf(assessment);
  return short.flatMap((notice) => {
    const text = shortNoticeText(notice, (step) => `${stepReference(step)} ${titles.get(step) ?? step}`);
    return [`**Short notice:** ${text}.`, ''];
  });
}

/** Without steps of which the short notice says it. */
function heldLines(
  { steps }: Forecast,
  short: readonly ShortNotice[],
  { assessment, settings }: BlockContext,
): readonly string[] {
  const titles = titlesOf(assessment);
  const told = new Set(short.flatMap((notice) => notice.steps.map(({ step }) => step)));
  const held = [...steps].flatMap(([key, forecast]) => {
    if (told.has(key)) return [];
    const text = cannotBeHeldText(forecast, assessment.sow, settings.calendar, assessment.plain);
    return text === null
      ? []
      : [`- ${stepReference(key)} ${titles.get(key) ?? key}, due ${forecast.due}: ${text}.`];
  });
  return held.length === 0 ? [] : ['**Dates that cannot be held**', '', ...held, ''];
}

function proposedLines({ assessment }: BlockContext): readonly string[] {
  const titles = titlesOf(assessment);
  const moves = assessment.rulings.replans
    .filter(isOpenReplan)
    .flatMap((replan) => replan.moves)
    .map(({ step, from, to }) => `- ${stepReference(step)} ${titles.get(step) ?? step}: ${from} → ${to}`);
  if (moves.length === 0) return [];
  return ['**Dates that should move**: a comment here says why; `/ps replan` moves them.', '', ...moves, ''];
}
