import { type RuleChange, ruleChangeText } from '#domain/process/changed-rules.ts';
import type { VersionDifference, VersionSummary } from '#domain/process/version-summary.ts';
import { counted, type Paint, visible } from './paint.ts';

/** The versions of one process. */
export interface ToldVersions {
  readonly process: string;
  readonly name: string;
  readonly versions: readonly VersionSummary[];
}

const STATES: Readonly<Record<VersionSummary['state'], string>> = {
  draft: 'draft',
  frozen: 'frozen',
  edited: 'frozen with other rules; procession lint names them',
  damaged: 'damaged; procession lint says how',
};

/** The versions of a process, the newest first. @param whole names every difference, not only how many there are */
export function versionsText(
  { process, name, versions }: ToldVersions,
  whole: boolean,
  paint: Paint,
): string {
  return [
    paint('heading', `${process} · ${visible(name)}`),
    ...versions.flatMap((summary) => [
      `  ${lineOf(summary, paint)}`,
      ...(whole && summary.since !== null
        ? differenceLines(summary.since).map((line) => `      ${line}`)
        : []),
    ]),
  ].join('\n');
}

/** What differs between two versions. */
export function differenceText(
  process: string,
  to: number,
  difference: VersionDifference,
  paint: Paint,
): string {
  const lines = differenceLines(difference);
  return [
    paint('heading', `${process} · version ${difference.from} → version ${to}`),
    ...(lines.length === 0 ? ['  nothing differs'] : lines.map((line) => `  ${line}`)),
  ].join('\n');
}

function lineOf({ version, state, current, newerTexts, since }: VersionSummary, paint: Paint): string {
  const tone = state === 'frozen' ? 'good' : state === 'draft' ? 'change' : 'bad';
  const parts = [
    paint(tone, STATES[state]),
    ...(current ? ['current'] : []),
    ...(since === null ? [] : [sinceText(since)]),
    ...(newerTexts.length === 0 ? [] : [`newer texts than frozen: ${newerTexts.map(visible).join(', ')}`]),
  ];
  return `${String(version).padStart(3)}  ${parts.join(' · ')}`;
}

function sinceText({ from, rules, texts }: VersionDifference): string {
  const what = [
    ...(rules.length > 0 ? [counted(rules.length, 'rule')] : []),
    ...(texts.length > 0 ? [counted(texts.length, 'text')] : []),
  ];
  if (what.length === 0) return `as version ${from}`;
  return `${what.join(' and ')} other than version ${from}`;
}

function differenceLines({ rules, texts }: VersionDifference): readonly string[] {
  const text = (change: RuleChange): string => visible(ruleChangeText(change));
  return [...rules.map(text), ...(texts.length === 0 ? [] : [`texts: ${texts.map(visible).join(', ')}`])];
}
