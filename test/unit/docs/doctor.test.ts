import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALL_RULES } from '#domain/doctor/diagnose.ts';
import { AREAS } from '#domain/doctor/diagnosis.ts';
import { HOOK_RULES, HOOK_STATES, SEARCH_RULES } from '#domain/setup/hook-rules.ts';

const root = join(import.meta.dirname, '../../..');
const HEAD = '| id | | says | fix |\n|---|---|---|---|\n';
const MARK =
  '<!-- rules: generated from the tables in src/domain/doctor, checked by test/unit/docs/doctor.test.ts -->';

const HOOK_HEAD = '| state | says |\n|---|---|\n';
const HOOK_MARK =
  '<!-- states: generated from the tables in src/domain/setup/hook-rules.ts, checked by test/unit/docs/doctor.test.ts -->';

function hookRows(): string {
  return [...SEARCH_RULES, ...HOOK_RULES]
    .toSorted((one, other) => HOOK_STATES.indexOf(one.state) - HOOK_STATES.indexOf(other.state))
    .map(({ state, says }) => `| \`${state}\` | ${says} |`)
    .join('\n');
}

function rows(): string {
  return ALL_RULES.toSorted((one, other) => AREAS.indexOf(one.area) - AREAS.indexOf(other.area))
    .map(({ id, severity, says, fix }) => `| \`${id}\` | ${severity} | ${says} | ${fix} |`)
    .join('\n');
}

describe('what doctor knows', () => {
  it('stands in docs/setup.md as the code has it', () => {
    const [, after = ''] = readFileSync(join(root, 'docs/setup.md'), 'utf8').split(HEAD);

    expect(after.slice(0, after.indexOf(MARK) + MARK.length)).toBe(`${rows()}\n\n${MARK}`);
    expect(ALL_RULES.length).toBeGreaterThan(45);
  });

  it('has what the service says of its webhooks beside it', () => {
    const [, after = ''] = readFileSync(join(root, 'docs/setup.md'), 'utf8').split(HOOK_HEAD);

    expect(after.slice(0, after.indexOf(HOOK_MARK) + HOOK_MARK.length)).toBe(`${hookRows()}\n\n${HOOK_MARK}`);
  });

  it('is all made in the sandbox by a test', () => {
    const tests = readFileSync(join(root, 'test/contract/cli/doctor.test.ts'), 'utf8');
    const tested = new Set([...tests.matchAll(/\bid: '([a-z-]+)'/g)].map(([, id]) => id));

    // Its own test: every other one has a person's token and leaves it out.
    expect(ALL_RULES.map(({ id }) => id).filter((id) => !tested.has(id))).toEqual(['token-of-a-person']);
  });
});
