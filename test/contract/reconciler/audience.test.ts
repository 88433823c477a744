/** What only some may read never comes to stand where more people read. */
import { afterEach, describe, expect, it } from 'vitest';
import { checkEngagement } from '#domain/explain/check.ts';
import { explain } from '#domain/explain/explain.ts';
import { reportEngagement } from '#domain/portfolio/report-engagement.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { decide } from '#reconciler/loop/decide.ts';
import type { Epic, Issue, Note } from '#sandbox/world.ts';
import { newKeyPair, openSeal } from '#seal/ed25519.ts';
import { aDoneWhen, aProcess, aStep } from '#test/support/builders.ts';
import { answerTo, lookIn, reactionsTo, sayIn } from '#test/support/commands.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

/** A word that stands nowhere else. */
const CANARY = 'Zitronenfalter';

const PROCESS = aProcess({
  steps: [
    aStep('first', { owner: 'manager' }),
    aStep('secret', {
      owner: 'manager',
      confidential: true,
      done_when: aDoneWhen({ evidence: [{ field: 'Settled on', kind: 'date', required: true }] }),
      body: '- [ ] Talk\n\n{{> evidence}}\n',
    }),
    aStep('worry', { kind: 'on-demand', created: 'command', confidential: true, body: '- [ ] Listen\n' }),
    aStep('change-order', { kind: 'on-demand', created: 'command', body: '- [ ] Agree on it\n' }),
    aStep('last', {
      after: ['first', 'secret', 'worry', 'change-order'].map((step) => ({ step, until: 'done' as const })),
      done_when: aDoneWhen({ instances: ['worry', 'change-order'] }),
    }),
  ],
  closeWhen: ['last', 'secret'],
});

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

async function launched(): Promise<void> {
  const pair = newKeyPair();
  world = await startEngagement({ process: PROCESS, seal: openSeal([pair.publicKey], pair.privateKey) });
  await world.apply();
}

function say(item: Issue | Epic, body: string, options: { readonly internal?: boolean } = {}): Note {
  return sayIn(world, 'mira', item, body, options);
}

/** Everything that people read who may read neither internal notes nor confidential issues, records in words. */
async function public_(): Promise<string> {
  const { epics, issues, notes } = world.sandbox.world;
  const open = [...epics, ...issues.filter(({ confidential }) => !confidential)];
  const isOpen = ({ internal, target }: Note): boolean =>
    internal !== true && open.some(({ kind, id }) => kind === target.kind && id === target.id);
  const texts = [
    ...open.flatMap(({ title, description }) => [title, description]),
    ...notes.filter(isOpen).map(({ body }) => body),
    JSON.stringify(await told()),
  ].join('\n');
  return texts.replaceAll(/[\w-]{40,}/g, (data) => `${data} ${Buffer.from(data, 'base64url').toString()}`);
}

/** What check, explain and report say. */
async function told(): Promise<readonly object[]> {
  const actual = await world.gitlab.readEngagement('SOW-1042', { always: true });
  const decision = await decide(world.deps, actual, { comments: LOOK_EVERYWHERE });
  if (decision.kind !== 'decided') throw new Error(decision.kind);
  const { facts, settings, now } = decision;
  const { assessment, found } = facts;
  return [
    checkEngagement(assessment, found, 'secret'),
    explain({ assessment, found, settings }),
    reportEngagement(assessment, found, { settings, at: now }),
  ];
}

/** Every command that takes words of its own. */
const WORDY = [
  `/ps waive ${CANARY} has said so`,
  `/ps due 2099-01-04 ${CANARY} is ill`,
  `/ps health at risk ${CANARY} is angry`,
  `/ps add change-order ${CANARY}`,
  `/ps add worry ${CANARY}`,
  `/ps add ${CANARY}`,
  `/ps ${CANARY}`,
  `/ps skip ${CANARY} nobody needs it`,
  `/ps hold ${CANARY} is on holiday`,
];

describe('what only some may read', () => {
  it.each(WORDY)(
    '%s in an internal note is followed, answered there, and its words stay there',
    async (words) => {
      await launched();
      const issue = world.issue('first');
      const note = say(issue, words, { internal: true });

      await lookIn(world);

      expect(await public_()).not.toContain(CANARY);
      expect(reactionsTo(world, note)).toHaveLength(1);
      expect(world.notesOf(issue, `answer:${note.id}`).every(({ internal }) => internal)).toBe(true);
    },
  );

  it.each(WORDY)('%s on a confidential issue stays there', async (words) => {
    await launched();
    const note = say(world.issue('secret'), words);

    await lookIn(world);

    expect(await public_()).not.toContain(CANARY);
    expect(reactionsTo(world, note)).toHaveLength(1);
  });

  it.each(WORDY.slice(0, 8))('%s in an internal note on the epic stays there', async (words) => {
    await launched();
    const note = say(world.epic(), words.replace(/waive|due/, '$& first'), { internal: true });

    await lookIn(world);

    expect(await public_()).not.toContain(CANARY);
    expect(answerTo(world, world.epic(), note)).not.toBe('');
    expect(world.notesOf(world.epic(), `answer:${note.id}`).every(({ internal }) => internal)).toBe(true);
  });

  it('says where a reason stands that is not repeated', async () => {
    await launched();
    say(world.issue('first'), `/ps waive ${CANARY}`, { internal: true });
    say(world.issue('secret'), `/ps waive ${CANARY}`);
    await lookIn(world);

    const { description } = world.epic();
    expect(description).toContain('first: waived by `mira`');
    expect(description).toContain('the reason stands in an internal note');
    expect(description).toContain('the reason stands on a confidential issue');
    expect(world.issue('first').description).toContain('the reason stands in an internal note');
  });

  it('leaves evidence, items, and titles of a confidential issue on that issue, closed wrongly and rightly', async () => {
    await launched();
    const issue = (): Issue => world.issue('secret');
    const eli = world.by('mira');
    say(world.issue('secret'), '/ps add worry');
    await lookIn(world);
    eli.write(
      issue(),
      issue()
        .description.replace('- [ ] Talk', `- [ ] Talk\n- [ ] ${CANARY} too`)
        .replace(/(\| Settled on \|)[^|\n]*\|/, `$1 ${CANARY} |`),
    );
    world.sandbox.operations.updateIssue(world.sandbox.user('mira'), issue(), { title: CANARY });
    eli.close(issue());
    await lookIn(world);

    expect(world.notesOf(issue(), 'closed-too-early')[0]?.body).toContain(CANARY);
    expect(await public_()).not.toContain(CANARY);

    eli.write(
      issue(),
      issue()
        .description.replaceAll('- [ ]', '- [x]')
        .replace(/(\| Settled on \|)[^|\n]*\|/, '$1 2026-11-02 |'),
    );
    eli.close(issue());
    for (const step of ['first', 'worry/1', 'last']) await world.walk(step);

    expect(world.epic().state).toBe('closed');
    expect(issue().state).toBe('closed');
    const all = await public_();
    expect(all).not.toContain(CANARY);
    expect(all).not.toContain('2026-11-02');
    expect(world.notesOf(world.epic(), 'epic-completed')[0]?.body).toContain(
      'stands on a confidential issue',
    );
  });

  it('calls a confidential issue as it was asked for, and nothing else', async () => {
    await launched();
    say(world.issue('first'), '/ps add worry The customer wants to leave');
    await lookIn(world);

    expect(world.issue('worry/1').title).toContain('The customer wants to leave');
    expect(world.epic().description).toContain('worry 1');
    expect(world.epic().description.replace(/<!-- procession:record[^>]*-->/, '')).not.toContain('leave');
    expect(JSON.stringify(await told())).not.toContain('leave');
  });
});
