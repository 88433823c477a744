/** Planned migrations as people read them: one engagement after the other, then grouped by what they mean. */
import type { Settings } from '#domain/base/settings.ts';
import { type Effect, effectText, groupText } from '#domain/migration/effects.ts';
import type { Migration } from '#domain/migration/plan-migration.ts';
import { counted, type Paint, visible } from './paint.ts';
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
    paint('heading', `${engagement} · version ${move.from} → ${move.to}`),
    ...effects.map((effect) => `  ${signOf(effect, paint)} ${visible(effectText(effect, titleOf))}`),
    ...(settings === null
      ? [paint('dim', `  ${summaryLine(summaryOf(plan))}`)]
      : ['', planText({ plan, assessment, found, settings }, paint)]),
  ].join('\n');
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
  asked: ['+', 'good'],
  restored: ['+', 'good'],
  retired: ['-', 'bad'],
  renamed: ['~', 'change'],
  retitled: ['~', 'change'],
  'too-late': ['·', 'dim'],
};

function signOf({ kind }: Effect, paint: Paint): string {
  const [sign, tone] = SIGNS[kind];
  return paint(tone, sign);
}
