/** Facts in the texts of a running engagement follow the record and the people in charge; people's words beside them stay. */
import { afterEach, describe, expect, it } from 'vitest';
import { readManagedBlock } from '#domain/text/managed-block.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import { aProcess, aSow } from '#test/support/builders.ts';
import { lookIn, sayIn } from '#test/support/commands.ts';
import {
  type EngagementOptions,
  type EngagementWorld,
  startEngagement,
  startLaunched,
} from '#test/support/engagement.ts';

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

const FACTS = [
  '{{#kept.facts}}',
  '| Hours | {{hours.scoped}} |',
  '|---|---|',
  '| Engineer | {{people.engineer.name}} |',
  '{{/kept.facts}}',
].join('\n');

const process = aProcess({
  epicBody: `## About\n\n${FACTS}\n\n## Notes\n`,
  steps: aProcess().steps.map((step) => ({ ...step, body: `${FACTS}\n\n${step.body}` })),
});
const sow = aSow({ sow: { number: 'SOW-1042', signed_on: '2026-11-02' }, hours: { scoped: 400 } });
const MORE = { ...sow, hours: { scoped: 480 } };

async function launched(options: EngagementOptions = {}): Promise<EngagementWorld> {
  world = await startLaunched({ process, sow, ...options });
  world.forget();
  return world;
}

function write(item: Issue | Epic, from: string, to: string): void {
  expect(item.description).toContain(from);
  world.by('ada').write(
    item,
    item.description.replace(from, () => to),
  );
}

const blockOf = (item: Issue | Epic): string => readManagedBlock(item.description)?.content ?? '';
const puts = (): number => world.sandbox.ledger.writes().filter(({ method }) => method === 'PUT').length;

describe.each(['ultimate', 'free'] as const)('facts in texts (%s)', (tier) => {
  it('follow a changed SOW in every open issue and on the epic, with one write each', async () => {
    await launched({ tier });
    write(world.issue('second'), '- [ ] Hold it', 'Ada was here.\n\n- [x] Hold it');
    write(world.epic(), '## Notes', '## Notes\n\nCall on Mondays.');

    await world.apply({ sow: MORE });

    for (const item of [
      world.epic(),
      ...['first', 'second', 'talks', 'last'].map((step) => world.issue(step)),
    ])
      expect(item.description).toContain('| Hours | 480 |');
    expect(world.issue('second').description).toContain('Ada was here.\n\n- [x] Hold it');
    expect(world.epic().description).toContain('Call on Mondays.');
    expect(puts()).toBe(5);
    world.forget();
    await world.reconcile();
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('name the engineer who was assigned, not the one who was to be', async () => {
    await launched({ tier });
    expect(world.issue('second').description).toContain('| Engineer | eli |');
    sayIn(world, 'mira', world.epic(), '/ps assign engineer @noor');

    await lookIn(world);

    expect(world.issue('second').description).toContain('| Engineer | noor |');
    expect(world.epic().description).toContain('| Engineer | noor |');
  });
});

describe('facts in texts', () => {
  it('stay as they were in what is done', async () => {
    await launched();
    await world.walk('first');

    await world.apply({ sow: MORE });

    expect(world.issue('first').description).toContain('| Hours | 400 |');
    expect(world.issue('second').description).toContain('| Hours | 480 |');
  });

  it('that somebody has written in stay theirs; the kept lines say so while they differ', async () => {
    await launched();
    write(world.issue('second'), '| Hours | 400 |', '| Hours | 450, by phone |');
    await world.reconcile();
    expect(blockOf(world.issue('second'))).toContain('**Written by hand** below');

    await world.apply({ sow: MORE });
    expect(world.issue('second').description).toContain('| Hours | 450, by phone |');

    write(world.issue('second'), '| Hours | 450, by phone |', '| Hours | 480 |');
    await world.reconcile();
    expect(blockOf(world.issue('second'))).not.toContain('by hand');
    // Of the changed SOW the epic tells; about the section nobody gets a comment.
    expect(world.notes(world.issue('second'))).toEqual([]);
  });

  it('that somebody has deleted are not put back', async () => {
    await launched();
    const text = world.issue('second').description;
    const section = /<!-- procession:kept facts[^]*kept-end -->/.exec(text)?.[0] ?? '';
    write(world.issue('second'), section, 'See the epic.');

    await world.apply({ sow: MORE });

    expect(world.issue('second').description).not.toContain('| Hours |');
    expect(world.issue('second').description).toContain('See the epic.');
    expect(blockOf(world.issue('second'))).not.toContain('by hand');
  });
});

describe('the delivery process', () => {
  it('names in its e-mails and on its epic the engineer who was chosen, and the hours as they are', async () => {
    world = await startEngagement();
    const { engineer: _, ...ours } = world.sow.contacts.ours ?? {};
    const open = { ...world.sow, contacts: { ...world.sow.contacts, ours } };
    await world.apply({ sow: open });
    const welcome = (): string => world.issue('welcome-email').description;
    expect(welcome()).toContain('The engineer is not chosen yet:');
    world.sandbox.operations.updateIssue(world.sandbox.user('mira'), world.issue('assign-engineer'), {
      assigneeIds: [world.sandbox.user('noor').id],
    });
    await world.walk('assign-engineer');

    expect(welcome()).toContain('The engineer is known:');
    expect(welcome()).toContain('noor leads the project on our side');
    expect(world.issue('customer-sign-off').description).toContain('Kind regards\nnoor');
    expect(world.epic().description).toContain('| Engineer | noor |');

    await world.apply({ sow: { ...open, hours: { ...open.hours, scoped: 480 } } });

    expect(world.issue('kick-off').description).toContain('| Hours in scope | 480 |');
    expect(world.issue('assign-engineer').description).not.toContain('480');
    world.forget();
    await world.reconcile();
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });
});
