import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLAN_PARTS } from '#domain/plan/plan.ts';
import { ROWS } from '../../../.ci/direction.ts';

const root = join(import.meta.dirname, '../../..');
const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');

/** The lines of the section under a heading. */
function section(heading: string): readonly string[] {
  const [, after = ''] = text.split(`\n## ${heading}\n`);
  return (after.split('\n## ')[0] ?? '').split('\n');
}

describe('docs/architecture.md', () => {
  it('has one line for every room, in the order in which they stand on each other', () => {
    const named = section('The rooms, lowest first').flatMap(
      (line) => /^- `([^`]+)`: ./.exec(line)?.[1] ?? [],
    );

    expect(named).toEqual(ROWS.flat());
  });

  it('walks through files that are there, each stop once', () => {
    const walks = section('Two walks')
      .join('\n')
      .split(/^\*\*/m)
      .map((walk) => [...walk.matchAll(/^\d+\. `([^`]+)`: ./gm)].map(([, file = '']) => file))
      .filter((stops) => stops.length > 0);

    expect(walks).toHaveLength(2);
    for (const stops of walks) {
      expect(stops.filter((file) => !existsSync(join(root, file)))).toEqual([]);
      expect(new Set(stops).size).toBe(stops.length);
    }
  });

  it('gives the order of a plan as the code has it', () => {
    const rows = section('The order of a plan').filter((line) => /^\| \d/.test(line));

    expect(rows).toEqual(
      PLAN_PARTS.map(({ what, because }, index) => `| ${index + 1} | ${what} | ${because} |`),
    );
  });
});
