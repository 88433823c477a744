import { counted } from '#domain/base/sentence.ts';
import type { Conformance, ProvenFact } from '#ports/conformance.ts';
import { type Paint, visible } from './paint.ts';

const SIGNS = { holds: '✓', differs: '✗', 'not-tried': '–' } as const;
const TONES = { holds: 'good', differs: 'bad', 'not-tried': 'dim' } as const;

/** Lines for a terminal: what differs first, with what it would break; then every fact with what was seen. */
export function conformanceText({ gitlab, tier, facts, left }: Conformance, paint: Paint): string {
  const width = Math.max(...facts.map(({ id }) => id.length));
  const differing = facts.filter(({ outcome }) => outcome === 'differs');
  return [
    `GitLab ${visible(gitlab)}, ${tier === 'free' ? 'without epics (Free)' : 'with epics (Premium or Ultimate)'}`,
    '',
    ...facts.map(
      ({ id, outcome, seen }) =>
        `${paint(TONES[outcome], SIGNS[outcome])} ${id.padEnd(width)}  ${visible(seen)}`,
    ),
    '',
    ...differing.flatMap(described),
    ...(left.length === 0
      ? []
      : [`Left behind, because GitLab did not let it be removed: ${left.join(', ')}`, '']),
    summary(facts),
  ].join('\n');

  function described({ id, fact, seen, dependent, source }: ProvenFact): readonly string[] {
    return [
      paint('bad', `${id}: ${visible(seen)}`),
      `  Expected: ${fact}`,
      `  Stands on it: ${dependent}`,
      `  Source: ${source}`,
      '',
    ];
  }
}

function summary(facts: readonly ProvenFact[]): string {
  const count = (outcome: ProvenFact['outcome']): number =>
    facts.filter((fact) => fact.outcome === outcome).length;
  const notTried = count('not-tried');
  return [
    `${counted(count('holds'), 'fact')} as expected`,
    counted(count('differs'), 'difference'),
    ...(notTried === 0 ? [] : [`${notTried} not tried`]),
  ]
    .join(', ')
    .concat('.');
}

/** A Markdown table to paste into an issue. Holds no address, name or token. */
export function conformanceMarkdown({ gitlab, tier, facts }: Conformance): string {
  const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
  return [
    `GitLab ${gitlab}, ${tier}`,
    '',
    '| | fact | seen | what depends on it | source |',
    '|---|---|---|---|---|',
    ...facts.map(
      ({ fact, seen, outcome, dependent, source }) =>
        `| ${SIGNS[outcome]} | ${cell(fact)} | ${cell(seen)} | ${cell(dependent)} | ${cell(source)} |`,
    ),
    '',
    summary(facts),
  ].join('\n');
}
