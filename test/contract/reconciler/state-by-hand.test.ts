/**
 * Somebody with the role Developer who sets the label of a done step by hand and closes its issue: what an earlier run
 * found is known from the record alone.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { fillCells, tickAll } from '#domain/text/fill-in.ts';
import { newKeyPair, openSeal } from '#seal/ed25519.ts';
import { aDoneWhen, aProcess, aSow, aStep } from '#test/support/builders.ts';
import { lookIn, sayIn } from '#test/support/commands.ts';
import { type EngagementOptions, type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

const pair = newKeyPair();
const seal = openSeal([pair.publicKey], pair.privateKey);
const LABEL = 'approved::legal';

const APPROVED = aProcess({
  steps: [
    aStep('terms', {
      owner: 'engineer',
      done_when: aDoneWhen({ approval: { role: 'manager', count: 1, self: false, label: LABEL } }),
    }),
    aStep('last', { after: [{ step: 'terms', until: 'done' }] }),
  ],
  closeWhen: ['last'],
});

const SILENT = aProcess({
  steps: [
    aStep('first'),
    aStep('sign-off', {
      after: [{ step: 'first', until: 'done' }],
      done_when: aDoneWhen({
        evidence: [
          { field: 'Sent on', kind: 'date', required: true },
          { field: 'Proof', kind: 'text', required: true },
        ],
        acceptance: { sent: 'Sent on', working_days: 5, fills: ['Proof'] },
      }),
      body: '{{> evidence}}\n',
    }),
    aStep('last', { after: [{ step: 'sign-off', until: 'done' }] }),
  ],
  closeWhen: ['last'],
});

const CHANGED = aProcess({
  steps: [
    aStep('first'),
    aStep('change-order', {
      kind: 'on-demand',
      created: 'command',
      after: [{ step: 'first', until: 'done' }],
      body: '- [ ] Agree on it\n',
    }),
    aStep('sign-off', {
      after: [{ step: 'first', until: 'done' }],
      done_when: aDoneWhen({ instances: ['change-order'] }),
    }),
    aStep('last', { after: [{ step: 'sign-off', until: 'done' }] }),
  ],
  closeWhen: ['last'],
});

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

async function launched(options: EngagementOptions): Promise<void> {
  world = await startEngagement({ seal, ...options });
  await world.apply();
}

/** Ticks everything, says that it is done, and closes it, before anybody looks. */
function passOff(step: string, evidence: Readonly<Record<string, string>> = {}): void {
  const issue = world.issue(step);
  const eli = world.by('eli');
  eli.write(issue, fillCells(tickAll(issue.description), new Map(Object.entries(evidence))));
  eli.label(issue, 'workflow::done');
  eli.close(issue);
}

async function expectRefused(step: string): Promise<void> {
  await world.reconcile();
  await world.reconcile();
  expect(world.issue(step).state).toBe('opened');
  expect(world.state(step)).toBe('workflow::ready');
  expect(world.state('last')).toBe('workflow::blocked');
}

describe('a state that somebody sets by hand', () => {
  it('brings no approval back whose comment was deleted before the step was done', async () => {
    await launched({ process: APPROVED });
    const said = sayIn(world, 'mira', world.issue('terms'), '/ps approve');
    await lookIn(world);
    world.sandbox.operations.deleteNote(world.sandbox.user('mira'), said);

    passOff('terms');

    await expectRefused('terms');
  });

  it('brings no approval back whose label was taken off before the step was done', async () => {
    await launched({ process: APPROVED });
    const mira = world.sandbox.user('mira');
    world.sandbox.operations.updateIssue(mira, world.issue('terms'), { addLabels: [LABEL] });
    await world.reconcile();
    world.sandbox.operations.updateIssue(mira, world.issue('terms'), { removeLabels: [LABEL] });

    passOff('terms');

    await expectRefused('terms');
  });

  it('makes no silence count of which nobody was warned, least of all from a day that cannot be', async () => {
    await launched({
      process: SILENT,
      sow: aSow({ sow: { ...aSow().sow, number: 'SOW-1042', signed_on: '2026-11-02' } }),
      now: () => new Date('2027-02-10T10:00:00Z'),
    });
    await world.walk('first');

    passOff('sign-off', { 'Sent on': '2026-10-01' });

    await expectRefused('sign-off');
  });

  it('an issue that is closed and opened again lets nothing pass that waits for it', async () => {
    await launched({ process: CHANGED });
    await world.walk('first');
    sayIn(world, 'mira', world.issue('first'), '/ps add change-order');
    await lookIn(world);
    world.by('eli').close(world.issue('change-order/1'));

    passOff('sign-off');

    await expectRefused('sign-off');
    expect(world.issue('change-order/1').state).toBe('opened');
  });
});
