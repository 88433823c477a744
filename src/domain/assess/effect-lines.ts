/** What another SOW would do, in Markdown lines without mentions. */
import type { Settings } from '#domain/base/settings.ts';
import { HOURS_LEVELS } from '#domain/hours/memory.ts';
import { changeText, type SowChange } from '#domain/sow/changes.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import type { SowEffects } from './sow-effects.ts';

/** Every field from → to. */
export function changeTable(changes: readonly SowChange[]): readonly string[] {
  return [...changes.map((change) => `- ${inlineText(changeText(change))}`), ''];
}

/** Steps that come or go, and dates that move. */
export function effectLines({ added, retired, dates }: SowEffects): readonly string[] {
  const rows = dates.map(({ title, from, to }) => `| ${inlineText(title)} | ${from ?? '–'} | ${to ?? '–'} |`);
  return [
    ...added.map(({ title }) => `It adds the step **${inlineText(title)}**.`),
    ...retired.map(
      ({ title }) =>
        `It no longer asks for **${inlineText(title)}**: if that has an issue, people are asked there.`,
    ),
    ...(rows.length === 0
      ? []
      : [
          '',
          'Dates that move, where nobody has set another one:',
          '',
          '| Step | From | To |',
          '|---|---|---|',
          ...rows,
        ]),
  ];
}

/** From how many hours on people are told, where the hours sold are others. @example `360, 432 and 480 h` */
export function thresholdLines(
  from: Subject,
  to: Subject,
  { hours }: Pick<Settings, 'hours'>,
): readonly string[] {
  const scoped = to.hours?.scoped;
  if (scoped === undefined || scoped === from.hours?.scoped) return [];
  const marks = HOURS_LEVELS.map(
    (level) => `${Math.round(scoped * hours[level]) / 100} h (${hours[level]} %)`,
  );
  return ['', `Hours are told anew at ${marks.slice(0, -1).join(', ')} and ${marks.at(-1)}.`];
}
