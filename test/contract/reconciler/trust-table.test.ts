/** Every row of the threat model in docs/trust.md is played: who may edit what, and what that changes. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command as check } from '#cli/commands/check.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { newKeyPair, openSeal } from '#seal/ed25519.ts';
import { aProcess, aStep } from '#test/support/builders.ts';
import { runCommand } from '#test/support/cli.ts';
import { sayIn } from '#test/support/commands.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { withForged } from '#test/support/records.ts';

interface Row {
  readonly attack: string;
  readonly changes: string;
}

/** What a row of the table begins its last column with. */
const CHANGES = ['nothing', 'what', 'the work', 'everything'] as const;

function rows(): readonly Row[] {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/trust.md'), 'utf8');
  const section = text.slice(text.indexOf('## The threat model'), text.indexOf('What a seal does not do'));
  return [...section.matchAll(/^\| `([a-z]+)` \|[^|]*\|[^|]*\| ([^|]*) \|$/gm)].map(
    ([, attack = '', changes = '']) => ({ attack, changes }),
  );
}

const process_ = aProcess({
  steps: [
    aStep('first'),
    aStep('second', { after: [{ step: 'first', until: 'done' }] }),
    aStep('last', { after: [{ step: 'second', until: 'done' }] }),
  ],
  closeWhen: ['last'],
});

let world: EngagementWorld;
let older: string;

beforeEach(async () => {
  const { publicKey, privateKey } = newKeyPair();
  world = await startEngagement({ process: process_, seal: openSeal([publicKey], privateKey) });
  await world.apply();
  older = world.epic().description;
  await world.walk('first');
});

afterEach(async () => {
  await world.close();
});

const given = { by: 'mira', byId: 7, on: '2026-11-20', note: 1 };

/** The deed of each row. */
const DEEDS: Readonly<Record<string, () => void>> = {
  comment: () => sayIn(world, 'gus', world.issue('last'), '/ps waive they said so'),
  issue: () => {
    const { description, title } = world.issue('second');
    const { sandbox, seed } = world;
    const forged = sandbox.operations.createIssue(sandbox.user('gus'), seed.project.id, {
      title,
      description,
    });
    forged.labelIds.push(...world.issue('second').labelIds);
    forged.state = 'closed';
  },
  record: () =>
    world.by('eli').write(
      world.epic(),
      withForged(world.epic(), (record) => ({
        ...record,
        rulings: {
          ...record.rulings,
          waivers: [{ step: 'last', reason: 'r', skip: false, used: false, ...given }],
        },
      })),
    ),
  descriptions: () => {
    for (const item of [world.epic(), ...world.sandbox.world.issues]) world.by('eli').write(item, 'Mine');
  },
  older: () => world.by('eli').write(world.epic(), older),
  labels: () => {
    for (const item of [world.epic(), ...world.sandbox.world.issues]) item.labelIds.splice(0);
  },
  workflow: () => world.by('eli').label(world.issue('second'), 'workflow::done'),
  closing: () => {},
  waiver: () => sayIn(world, 'mira', world.issue('last'), '/ps waive the customer was on the phone'),
  deleting: () => {
    for (const issue of world.sandbox.world.issues) issue.epicId = null;
    world.sandbox.world.epics.splice(0);
  },
  copy: () => {
    for (const note of world.notesOf(world.epic(), 'record'))
      note.body = note.body.replace(/(procession:record v1 \S+ )\S/, '$1x');
    world.by('eli').write(world.epic(), 'Mine');
  },
};

/** What `check` names where an attack does change something. */
const RULES: Readonly<Record<string, string>> = {
  copy: '[record-damaged]',
  deleting: '[engagement-not-seen]',
};

function verdictOf(changes: string): { readonly code: number; readonly last: string } {
  if (changes.startsWith('nothing')) return { code: 0, last: 'opened' };
  return { code: changes.startsWith('what') ? 0 : 1, last: 'closed' };
}

describe('the threat model in docs/trust.md', () => {
  it('has a deed for every row, and says of each what it changes', () => {
    expect(rows().map(({ attack }) => attack)).toEqual(Object.keys(DEEDS));
    expect(rows().filter(({ changes }) => !CHANGES.some((word) => changes.startsWith(word)))).toEqual([]);
  });

  it.each(rows().map(({ attack, changes }) => [attack, changes] as const))(
    '%s: %s',
    async (attack, changes) => {
      const last = world.issue('last');
      DEEDS[attack]?.();
      world.by('eli').close(last);

      await sweep(world.deps);
      await sweep(world.deps);

      const checked = await runCommand(check, [], { ...world.deps, gitlab: world.connect() });
      expect({ code: checked.code, last: last.state }).toEqual(verdictOf(changes));
      expect(checked.stdout).toContain(RULES[attack] ?? 'engagement checked');
    },
  );
});
