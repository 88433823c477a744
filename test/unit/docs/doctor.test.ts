import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

/** Ids of problems in the rules and in the command: the second argument of `error`, `warning` and `make`. */
async function knownIds(): Promise<ReadonlySet<string>> {
  const rules = await readdir(join(root, 'src/domain/doctor'));
  const files = [...rules.map((file) => join('src/domain/doctor', file)), 'src/cli/commands/doctor.ts'];
  const ids = new Set<string>();
  for (const file of files) {
    const text = await readFile(join(root, file), 'utf8');
    for (const [, id = ''] of text.matchAll(
      /\b(?:error|warning|make)\(\s*(?:'\w+'|scope),\s*['`]([^'`]+)['`]/g,
    ))
      for (const name of id.includes('${scope}') ? ['group', 'project'] : [''])
        ids.add(id.replace('${scope}', name));
    for (const [, one = '', other = ''] of text.matchAll(
      /\? '([a-z]+(?:-[a-z]+)+)' : '([a-z]+(?:-[a-z]+)+)',/g,
    )) {
      ids.add(one);
      ids.add(other);
    }
  }
  return ids;
}

describe('problems of doctor', () => {
  it('are all listed in docs/setup.md, and no others', async () => {
    const text = await readFile(join(root, 'docs/setup.md'), 'utf8');
    const table = text.slice(text.indexOf('## What doctor knows'));
    const rows = [...table.matchAll(/^\| ((?:`[a-z-]+`(?:, )?)+) \|/gm)].map(([, ids = '']) => ids);
    const listed = rows.flatMap((row) => [...row.matchAll(/`([a-z-]+)`/g)].map(([, id]) => id));

    expect(new Set(listed)).toEqual(await knownIds());
    expect(listed.length).toBeGreaterThan(40);
  });

  it('are all made in the sandbox by a test', async () => {
    const tests = await readFile(join(root, 'test/contract/cli/doctor.test.ts'), 'utf8');
    const tested = new Set([...tests.matchAll(/\bid: '([a-z-]+)'/g)].map(([, id]) => id));

    // Its own test: every other one has a person's token and leaves it out.
    expect([...(await knownIds())].filter((id) => !tested.has(id))).toEqual(['token-of-a-person']);
  });
});
