/** The last word of what is over is not that something is missing; every answer leads to what it speaks of. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Epic, Issue, Note } from '#sandbox/world.ts';
import { aProcess, aStep } from '#test/support/builders.ts';
import { answerTo, COMMANDED, lookIn, sayIn, settleIn } from '#test/support/commands.ts';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';

const PAIR = aProcess({
  steps: [
    aStep('first', { body: '- [ ] Do it\n' }),
    aStep('last', { body: '- [ ] Do it\n', after: [{ step: 'first', until: 'done' }] }),
  ],
});

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

function say(item: Issue | Epic, body: string): Note {
  return sayIn(world, 'mira', item, body);
}

const lastWord = (item: Issue | Epic): string => world.notes(item).at(-1)?.body ?? '';
const reference = (step: string): string => `services/engagements#${world.issue(step).iid}`;

describe('the last comment', () => {
  it('of a step that was closed wrongly and then rightly says that it is done, and is edited once', async () => {
    world = await startLaunched({ process: PAIR });
    world.by('eli').close(world.issue('first'));
    await lookIn(world);
    expect(lastWord(world.issue('first'))).toContain('something is still missing');

    await world.walk('first');
    expect(world.notes(world.issue('first'))).toHaveLength(1);
    expect(lastWord(world.issue('first'))).toMatch(
      /^\*\*Settled\.\*\* This step is done: nothing is missing/,
    );
    await settleIn(world);
    await settleIn(world);

    // Closed wrongly once more: the same comment says so, and ends again.
    world.by('eli').reopen(world.issue('first'));
    await lookIn(world);
    world.by('eli').write(world.issue('first'), world.issue('first').description.replace('[x]', '[ ]'));
    world.by('eli').close(world.issue('first'));
    await lookIn(world);
    expect(world.notes(world.issue('first'))).toHaveLength(1);
    expect(lastWord(world.issue('first'))).toContain('something is still missing');
    await world.walk('first');
    expect(lastWord(world.issue('first'))).toContain('**Settled.**');
  });

  it('of a step that was waived after it was closed wrongly says that nothing is asked for', async () => {
    world = await startLaunched({ process: PAIR });
    world.by('eli').close(world.issue('first'));
    await lookIn(world);
    say(world.issue('first'), '/ps waive the customer has done it');
    world.by('eli').close(world.issue('first'));
    await settleIn(world);

    expect(world.notesOf(world.issue('first'), 'closed-too-early')[0]?.body).toContain(
      'This step is done under an exception',
    );
  });

  it('of a step closed rightly at once costs nothing and is nobody’s', async () => {
    world = await startLaunched({ process: PAIR });
    await world.walk('first');

    expect(world.notes(world.issue('first'))).toEqual([]);
    const routes = world.sandbox.ledger.reads().map(({ route }) => route);
    expect(routes.filter((route) => route.includes('notes'))).toEqual([]);
  });

  it('of an epic that was closed early and is complete now does not say that it is open', async () => {
    world = await startLaunched({ process: PAIR });
    world.by('mira').close(world.epic());
    await lookIn(world);
    expect(lastWord(world.epic())).toContain('so it is open');
    await world.walk('first', 'last');

    expect(world.epic().state).toBe('closed');
    expect(world.notesOf(world.epic(), 'epic-closed-early')[0]?.body).toContain('**Settled.**');
    expect(lastWord(world.epic())).toContain('is **closed**');
    await settleIn(world);
  });
});

describe('an answer', () => {
  it.each([
    ['/ps waive first there is nobody to choose', 'first'],
    ['/ps skip first there is nobody to choose', 'first'],
    ['/ps due second 2099-01-05 they are away', 'second'],
    ['/ps snooze second 3', 'second'],
    ['/ps add change-order More hours', 'change-order/1'],
    ['/ps explain second', 'second'],
    ['/ps status', 'first'],
  ])('%s links the issue it is about, without invisible signs in it', async (words, step) => {
    world = await startLaunched({ process: COMMANDED });
    const note = say(world.epic(), words);
    await settleIn(world);

    expect(answerTo(world, world.epic(), note)).toContain(reference(step));
  });

  it('on an issue links what was added, and ends its sentences once', async () => {
    world = await startLaunched({ process: COMMANDED });
    const added = say(world.issue('first'), '/ps add change-order More “hours” for Ada');
    await settleIn(world);
    expect(answerTo(world, world.issue('first'), added)).toContain(
      `Added #${world.issue('change-order/1').iid} `,
    );

    say(world.epic(), '/ps waive second nobody came!');
    say(world.epic(), '/ps health at risk is anybody there?');
    say(world.epic(), '/ps hold they wait...');
    await settleIn(world);
    const { description } = world.epic();
    expect(description).toContain('nobody came!');
    expect(description).toContain('they wait... Nothing is changed');
    expect(description.split('<!-- procession:record')[0]).not.toMatch(/[!?]\.|(?<!\.)\.\.(?!\.)|\.{4}/);
  });
});

describe('where people work', () => {
  it('every issue and the epic name /ps help, and the epic says where a comment is seen at once', async () => {
    world = await startLaunched({ process: PAIR });

    for (const step of ['first', 'last'])
      expect(world.issue(step).description).toContain('comment `/ps help`');
    expect(world.epic().description).toContain(
      'comment `/ps help` on any issue of this engagement (at once) or here (with the next sweep)',
    );
  });
});
