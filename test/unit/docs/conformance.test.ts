import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FACTS } from '#gitlab/conformance/prove.ts';

const HEAD = '| id | fact | what stands on it | source | |\n|---|---|---|---|---|\n';
const MARK =
  '<!-- facts: generated from src/gitlab/conformance, checked by test/unit/docs/conformance.test.ts -->';

describe('the facts about GitLab', () => {
  it('stand in docs/conformance.md as they are proven', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/conformance.md'), 'utf8');
    const [, after = ''] = text.split(HEAD);
    const rows = FACTS.map(
      ({ id, fact, dependent, source, tier }) =>
        `| \`${id}\` | ${fact} | ${dependent} | ${source} | ${tier === 'premium' ? 'Premium' : ''} |`,
    );

    expect(after.slice(0, after.indexOf(MARK) + MARK.length)).toBe(`${rows.join('\n')}\n\n${MARK}`);
    expect(new Set(FACTS.map(({ id }) => id)).size).toBe(FACTS.length);
  });
});
