/** Planned migrations as people read them: one engagement after the other, then grouped by what they mean. */

import { counted } from '#domain/base/sentence.ts';
import type { Settings } from '#domain/base/settings.ts';
import { type Effect, effectText, groupText, toldEffects } from '#domain/migration/effects.ts';
import type { Migration } from '#domain/migration/plan-migration.ts';
import { type Paint, visible } from './paint.ts';
import { summaryLine, summaryOf } from './plan-summary.ts';
import { planText } from './plan-text.ts';

/** An engagement that keeps its version for now. */
export interface Stays {
  readonly engagement: string;
  readonly version: number | null;
  readonly why: string;
}

/** The migration of one engagement. @param settings with them the whole plan, without them its figures */
export function migrationText(migration: Migration, settings: Settings | null, paint: Paint): string {
  const { engagement, move, effects, plan, assessment, found, titleOf } = migration;
  return [
    paint('heading', `${engagement} · ${wayText(move)}`),
    ...toldEffects(effects).flatMap((effect) => [
      `  ${signOf(effect, paint)} ${visible(effectText(effect, titleOf))}`,
      ...differenceLines(effect, paint),
    ]),
    ...(settings === null
      ? [paint('dim', `  ${summaryLine(summaryOf(plan))}`)]
      : ['', planText({ plan, assessment, found, settings }, paint)]),
  ].join('\n');
}

function wayText({ way, from, to }: Migration['move']): string {
  return way === 'texts' ? `newer texts of version ${to}` : `version ${from} → ${to}`;
}

/** The lines of a section that are others: from the first that differs to the last. */
function differenceLines(effect: Effect, paint: Paint): readonly string[] {
  if (effect.kind !== 'reworded' || effect.theirs) return [];
  const [from, to] = [effect.from.split('\n'), effect.to.split('\n')];
  const begin = sameUntil(from, to);
  const end = sameUntil(from.slice(begin).toReversed(), to.slice(begin).toReversed());
  const middle = (lines: readonly string[]): readonly string[] => lines.slice(begin, lines.length - end);
  return [
    ...middle(from).map((line) => paint('bad', `      - ${visible(line)}`)),
    ...middle(to).map((line) => paint('good', `      + ${visible(line)}`)),
  ];
}

function sameUntil(one: readonly string[], other: readonly string[]): number {
  const first = one.findIndex((line, index) => line !== other[index]);
  return first === -1 ? Math.min(one.length, other.length) : first;
}

/** Engagements by what a migration means for them, the largest group first. @example `14 engagements: + Design review` */
export function migrationGroups(
  migrations: readonly Migration[],
  stays: readonly Stays[],
): readonly string[] {
  const groups = Map.groupBy(migrations, ({ effects, titleOf }) => groupText(effects, titleOf));
  const kept = Map.groupBy(
    stays,
    ({ version, why }) => `${version === null ? 'their version' : `version ${version}`}: ${withoutKeys(why)}`,
  );
  const bySize = <T>(map: Map<string, readonly T[]>): [string, readonly T[]][] =>
    [...map].toSorted(([, one], [, other]) => other.length - one.length);
  return [
    ...bySize(groups).map(([text, members]) => `${counted(members.length, 'engagement')}: ${visible(text)}`),
    ...bySize(kept).map(
      ([text, members]) =>
        `${counted(members.length, 'engagement')} ${members.length === 1 ? 'stays' : 'stay'} on ${visible(text)} (${members.map(({ engagement }) => engagement).join(', ')})`,
    ),
  ];
}

/** What is to be done first names the engagement, and would keep equal reasons apart. */
function withoutKeys(why: string): string {
  return why.replace(/ SOW-[A-Za-z0-9.-]+$/, '');
}

const SIGNS: Readonly<
  Record<Effect['kind'], readonly [sign: string, tone: 'good' | 'bad' | 'change' | 'dim']>
> = {
  rekeyed: ['~', 'change'],
  asked: ['+', 'good'],
  restored: ['+', 'good'],
  retired: ['-', 'bad'],
  renamed: ['~', 'change'],
  retitled: ['~', 'change'],
  'too-late': ['·', 'dim'],
  reworded: ['~', 'change'],
  names: ['~', 'change'],
};

function signOf({ kind }: Effect, paint: Paint): string {
  const [sign, tone] = SIGNS[kind];
  return paint(tone, sign);
}
