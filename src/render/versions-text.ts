import { counted } from '#domain/base/sentence.ts';
import { type RuleChange, ruleChangeText } from '#domain/versions/changed-rules.ts';
import type { VersionDifference, VersionSummary } from '#domain/versions/summary.ts';
import {
  type EngagementVersion,
  NO_USERS,
  type VersionUse,
  type VersionUsers,
} from '#domain/versions/use.ts';
import { type Paint, visible } from './paint.ts';

/** The versions of one process. */
export interface ToldVersions {
  readonly process: string;
  readonly name: string;
  readonly versions: readonly VersionSummary[];
  /** Engagements that run on each version; `null`: not known. */
  readonly use: VersionUse | null;
}

const STATES: Readonly<Record<VersionSummary['state'], string>> = {
  draft: 'draft',
  frozen: 'frozen',
  edited: 'frozen with other rules; procession lint names them',
  damaged: 'damaged; procession lint says how',
};

/** The versions of a process, the newest first. @param whole names every difference, not only how many there are */
export function versionsText(
  { process, name, versions, use }: ToldVersions,
  whole: boolean,
  paint: Paint,
): string {
  const detailsOf = ({ version, since, rules, texts }: VersionSummary): readonly string[] => [
    ...usersLines(use?.users.get(version) ?? NO_USERS),
    ...(since === null ? [] : differenceLines(since)),
    ...(rules === null ? [] : [`rules ${rules}, texts ${texts}`]),
  ];
  return [
    paint('heading', `${process} · ${visible(name)}`),
    ...versions.flatMap((summary) => [
      `  ${lineOf(summary, use, paint)}`,
      ...(whole ? detailsOf(summary).map((line) => `      ${line}`) : []),
    ]),
    ...(use?.nowhere ?? []).map((engagement) => `  ${paint('bad', nowhereLine(engagement))}`),
  ].join('\n');
}

/** Says what differs between two versions. */
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

function lineOf(summary: VersionSummary, use: VersionUse | null, paint: Paint): string {
  const { version, state, current, newerTexts, since } = summary;
  const tone = state === 'frozen' ? 'good' : state === 'draft' ? 'change' : 'bad';
  const parts = [
    paint(tone, STATES[state]),
    ...(current ? ['current'] : []),
    ...(use === null ? [] : [usersText(use.users.get(version) ?? NO_USERS, current)]),
    ...(since === null ? [] : [sinceText(since)]),
    ...(newerTexts.length === 0 ? [] : [`newer texts than frozen: ${newerTexts.map(visible).join(', ')}`]),
    ...olderTexts(use?.users.get(version) ?? NO_USERS),
  ];
  return `${String(version).padStart(3)}  ${parts.join(' · ')}`;
}

function olderTexts({ olderTexts }: VersionUsers): readonly string[] {
  return olderTexts.length === 0
    ? []
    : [`${counted(olderTexts.length, 'engagement')} with older texts: procession migrate … --texts`];
}

function usersText({ running, closed, back }: VersionUsers, current: boolean): string {
  if (running.length + closed.length + back.length === 0)
    return current ? 'nobody yet' : 'nobody needs it: the folder may go';
  const ended = closed.length === 0 ? '' : `, ${closed.length} closed`;
  const gone = back.length === 0 ? '' : `, ${back.length} may come back`;
  return `${counted(running.length, 'running engagement')}${ended}${gone}`;
}

function usersLines(users: VersionUsers): readonly string[] {
  const listed = (word: string, keys: readonly string[]): string[] =>
    keys.length === 0 ? [] : [`${word}: ${keys.join(', ')}`];
  return [
    ...listed('running', users.running),
    ...listed('closed', users.closed),
    ...listed('may come back', users.back),
    ...listed('with older texts', users.olderTexts),
  ];
}

function nowhereLine({ engagement, version, rules }: EngagementVersion): string {
  const named = [
    version === null ? [] : [`version ${version}`],
    rules === null ? [] : [`rules ${rules}`],
  ].flat();
  return `${engagement} names ${named.join(', ') || 'version 1'}, which is neither current nor frozen: bring its folder back`;
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
