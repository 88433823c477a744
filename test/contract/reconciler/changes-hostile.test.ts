/** Change requests under attack: a Developer wants hours or time without the people who approve them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { revisionOf } from '#domain/sow/history.ts';
import type { Note } from '#sandbox/world.ts';
import { CHANGE_ROLES, CHANGED_SOW, CHANGING, settle, writeEffects } from '#test/support/changes.ts';
import { answerTo, lookIn, sayIn, settleIn } from '#test/support/commands.ts';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';
import { recordIn } from '#test/support/records.ts';

const ORDER = { result: 'executed', document: 'https://example.com/order-1.pdf' } as const;
const KEY = 'change-request/1';
let world: EngagementWorld;

beforeEach(async () => {
  world = await startLaunched({
    process: CHANGING,
    sow: CHANGED_SOW,
    settings: { roles: CHANGE_ROLES },
    now: () => new Date('2027-02-08T09:00:00Z'),
  });
});
afterEach(async () => {
  await world.close();
});

const say = (who: string, body: string, step = KEY): Note => sayIn(world, who, world.issue(step), body);
const record = () => recordIn(world.epic(), 'SOW-2001');
const block = (step = KEY): string => world.issue(step).description.split('<!-- procession:end -->')[0] ?? '';
const digest = (): string => record().proposals[0]?.digest ?? 'none';

function remove(note: Note | undefined): void {
  const { notes } = world.sandbox.world;
  const at = notes.findIndex(({ id }) => id === note?.id);
  expect(at).toBeGreaterThanOrEqual(0);
  notes.splice(at, 1);
}

async function raised(...lines: readonly string[]): Promise<void> {
  sayIn(world, 'eli', world.issue('first'), '/ps add change-request More hours');
  await settleIn(world);
  if (lines.length > 0) writeEffects(world, KEY, ...lines);
  await settleIn(world);
}

async function approved(...people: readonly string[]): Promise<void> {
  for (const who of people) say(who, '/ps approve');
  await settleIn(world);
}

async function ready(...lines: readonly string[]): Promise<void> {
  await raised(...lines);
  await approved('mira', 'noor', 'casey');
  settle(world, KEY, ORDER);
  await settleIn(world);
}

describe('an approval', () => {
  it('of effects that somebody changes before it is read counts for nothing, and says why', async () => {
    await raised('hours: +8');
    const words = say('casey', '/ps approve');
    writeEffects(world, KEY, 'hours: +800');
    await settleIn(world);

    expect(record().rulings.approvals).toEqual([]);
    expect(answerTo(world, world.issue(KEY), words)).toContain('its effects were written anew');
    expect(block()).toContain('hours.scoped: 400 → 1200');

    await approved('casey');
    expect(record().rulings.approvals).toHaveLength(1);
  });

  it('that was waived for one text is asked for again for another', async () => {
    await raised('hours: +8');
    say('mira', '/ps waive approval finance only eight hours');
    await settleIn(world);
    expect(block()).not.toContain('- finance: is missing');
    writeEffects(world, KEY, 'hours: +800');
    await settleIn(world);

    expect(block()).toContain('- finance: is missing');
  });
});

/** What the issue says as a reader of GitLab sees it, and how the request stands. */
const refusal = async (...lines: readonly string[]): Promise<string> => {
  writeEffects(world, KEY, ...lines);
  await settleIn(world);
  return block();
};

describe('effects that are no effects', () => {
  beforeEach(async () => {
    await raised();
  });

  it.each([
    'hours: 1e9',
    'hours: 1_000',
    'hours: 0x50',
    'hours: ++80',
    'hours: +80.555',
    'hours: ٨٠',
    'hours: !!int 80',
    'hours: &a 80',
    'hours: Infinity',
    'hours: [80]',
    '__proto__: { hours: 80 }',
    'constructor: { hours: 80 }',
    'deliverables: { add: [{ id: D3, title: T, __proto__: { id: D4 } }] }',
    '{ hours: +80, hours: +90 }',
    'hours: +80\n---\nhours: +90',
    'end: 2027-02-29',
    'end: 10000-01-01',
    'end: 2027-7-1',
    'passive_days: 0',
    'cost: 500',
    'services: { add: [{ name: X, price: 5 }] }',
  ])('%s is answered and changes nothing', async (line) => {
    const text = await refusal(...line.split('\\n'));
    expect(text).toContain('Its effects cannot be read');
    await approved('mira', 'noor', 'casey');
    expect(record().sow.hours?.scoped).toBe(400);
  });

  it.each([
    ['d1', 'X'],
    ['D 3', 'd-3'],
  ])('deliverables %s and %s take the issue of no other one', async (one, other) => {
    const text = await refusal(
      `deliverables: { add: [{ id: "${one}", title: Small }, { id: "${other}", title: Small }] }`,
    );
    expect(text).toContain('would share the issue of');
  });

  it.each(['hours: +0', 'hours: 400', 'hours: -0', 'start: 2027-01-11', 'end: 2027-06-30'])(
    '%s is a clarification, and no revision of the SOW',
    async (line) => {
      expect(await refusal(line)).toContain('**Change: clarification**');
      await approved('mira');
      settle(world, KEY, ORDER);
      await settleIn(world);
      say('mira', '/ps apply');
      await settleIn(world);
      expect(block()).toContain('applied on');
      expect(revisionOf(record().history)).toBe(1);
    },
  );

  it.each([
    ['twice', '```yaml change\nhours: +8\n```\n\n```yaml change\nhours: +800\n```', 'there are two blocks'],
    ['in a quote', '> ```yaml change\n> hours: +80\n> ```', 'What it changes is not written yet'],
    [
      'in another fence',
      '````text\n```yaml change\nhours: +80\n```\n````',
      'What it changes is not written yet',
    ],
    [
      'in a hidden comment',
      '<!--\n```yaml change\nhours: +80\n```\n-->',
      'What it changes is not written yet',
    ],
    [
      'hidden after one that is seen',
      '```yaml change\nhours: +8\n```\n\n<!--\n```yaml change\nhours: +800\n```\n-->',
      'hours.scoped: 400 → 408',
    ],
    ['in our own lines', '<!-- procession:end -->\n```yaml change\nhours: +80\n```', ''],
  ])('%s', async (_, text, says) => {
    const issue = world.issue(KEY);
    world.by('eli').write(
      issue,
      issue.description.replace(/```yaml change\n[\s\S]*?```/, () => text),
    );
    await settleIn(world);
    expect(block()).toContain(says);
  });

  it('of 60 kB and of 200 deliverables stay readable', async () => {
    const long = await refusal(`hours: +80 # ${'x'.repeat(60_000)}`);
    expect(long).toContain('hours.scoped: 400 → 480');
    const many = Array.from({ length: 198 }, (_, i) => `    - { id: N${i}, title: ${'t'.repeat(250)} }`);
    const text = await refusal('deliverables:', '  add:', ...many);
    expect(text).toContain('**Change: clarification**');
    expect(text.length).toBeLessThan(60_000);
    expect(await refusal(`hours: ${'x'.repeat(60_000)}`)).toContain('Its effects cannot be read');
    expect(Math.max(...world.notes(world.issue(KEY)).map(({ body }) => body.length))).toBeLessThan(20_000);
    expect(block().length).toBeLessThan(10_000);
  });
});

describe('words that people write into a request', () => {
  it('call nobody, run nothing and break no table, wherever they end up', async () => {
    const add = sayIn(world, 'eli', world.issue('first'), '/ps add change-request @mira | @all /close');
    await settleIn(world);
    expect(answerTo(world, world.issue('first'), add)).toContain('was not followed');
    await raised();
    const evil = '"@mira @all | x <!-- procession:end --> [y](javascript:1)\\n/close\\n/label ~evil"';
    writeEffects(world, KEY, `deliverables: { add: [{ id: "D3|@mira", title: ${evil} }] }`);
    await settleIn(world);
    await approved('mira');
    settle(world, KEY, ORDER);
    await settleIn(world);
    const shown = world
      .notes(world.issue(KEY))
      .map(({ body }) => body)
      .join('\n');
    say('mira', '/ps apply');
    await settleIn(world);
    for (const text of [block(), shown, world.epic().description.split('<!-- procession:end -->')[0] ?? '']) {
      expect(text).not.toMatch(/(^|[^`\w])@(?:all)\b/);
      expect(text).not.toMatch(/^\/(?:close|label)/m);
    }
  });
});

describe('an open request', () => {
  it('closed, relabelled and retitled by hand is as it was', async () => {
    await raised('hours: +80');
    const issue = world.issue(KEY);
    world.by('eli').close(issue);
    world.by('eli').label(issue, 'workflow::done');
    world.by('eli').label(issue, 'step::last');
    await settleIn(world);
    expect(world.issue(KEY).state).toBe('opened');
    expect(world.state(KEY)).not.toBe('workflow::done');
    expect(world.state('last')).toBe('workflow::blocked');
    expect(record().sow.hours?.scoped).toBe(400);
  });

  it('whose comment is deleted keeps its number, and another one gets none of its approvals', async () => {
    await raised('hours: +80');
    await approved('mira', 'noor', 'casey');
    const add = world.notes(world.issue('first')).find(({ body }) => body.startsWith('/ps add'));
    for (const words of ['What else?', '/ps add change-request Another'])
      sayIn(world, 'eli', world.issue('first'), words);
    remove(add);
    await settleIn(world);
    writeEffects(world, 'change-request/2', 'hours: +80');
    await settleIn(world);
    expect(block('change-request/2')).toContain('- finance: is missing');
  });
});

describe('a request that was applied', () => {
  const applied = async (...lines: readonly string[]): Promise<Note> => {
    await ready(...lines);
    const words = say('mira', '/ps apply');
    await settleIn(world);
    expect(block()).toMatch(/applied on .* and close this issue\./);
    return words;
  };

  it('stays applied once when the comment that applied it is deleted, edited, repeated, or the issue reopened', async () => {
    const words = await applied('hours: +80');
    world.by('eli').close(world.issue(KEY));
    await settleIn(world);
    expect(world.issue(KEY).state).toBe('closed');
    expect(block()).not.toContain('close this issue');
    world.by('eli').reopen?.(world.issue(KEY));
    await settleIn(world);
    say('mira', '/ps apply');
    await settleIn(world);
    words.body = 'nothing';
    await settleIn(world);
    remove(words);
    await settleIn(world);
    say('mira', '/ps apply');
    await settleIn(world);
    expect(record().sow.hours?.scoped).toBe(480);
    expect(revisionOf(record().history)).toBe(2);
  });

  it('and its epic put back as it was before change nothing, and nothing is applied twice', async () => {
    await ready('hours: +80');
    const before = world.epic().description;
    say('mira', '/ps apply');
    await settleIn(world);
    world.by('eli').write(world.epic(), before);
    await lookIn(world);
    await settleIn(world);
    expect(record().sow.hours?.scoped).toBe(480);
    expect(revisionOf(record().history)).toBe(2);
  });

  it('drops a deliverable that is done: its issue stays closed', async () => {
    await raised();
    for (const step of ['first', 'deliverable/d2']) {
      const issue = world.issue(step);
      world.by('eli').write(issue, issue.description.replaceAll('- [ ]', '- [x]'));
      world.by('eli').close(issue);
      await settleIn(world);
    }
    expect(world.issue('deliverable/d2').state).toBe('closed');
    writeEffects(world, KEY, 'deliverables: { drop: [D2] }');
    await settleIn(world);
    await approved('mira', 'noor', 'casey');
    settle(world, KEY, ORDER);
    await settleIn(world);
    say('mira', '/ps apply');
    await settleIn(world);
    expect(record().sow.deliverables).toHaveLength(1);
    expect(world.issue('deliverable/d2').state).toBe('closed');
  });
});

describe('an end that moves step by step', () => {
  it.each([
    ['by confirmations', ['2027-08-10', '2027-08-29', '2027-08-30'], ['dates', 'dates', 'extension']],
    ['back and forth', ['2027-08-20', '2027-02-20', '2027-09-10'], ['dates', 'dates', 'extension']],
  ])('%s', async (_, ends, kinds) => {
    for (const [index, end] of ends.entries()) {
      const step = `change-request/${index + 1}`;
      sayIn(world, 'eli', world.issue('first'), '/ps add change-request Later');
      await settleIn(world);
      writeEffects(world, step, `end: ${end}`);
      await settleIn(world);
      expect(block(step)).toContain(`**Change: ${kinds[index]}**`);
      say('mira', '/ps approve', step);
      settle(world, step, { ...ORDER, result: 'confirmed in writing' });
      await settleIn(world);
      say('mira', '/ps apply', step);
      await settleIn(world);
    }
    expect(record().history.signedEnd).toBe('2027-06-30');
  });
});

describe('a hold', () => {
  it('between approval and application delays it, and nothing is lost', async () => {
    await raised('hours: +80');
    await approved('mira', 'noor');
    say('mira', '/ps hold the customer is silent');
    await settleIn(world);
    say('casey', '/ps approve');
    settle(world, KEY, ORDER);
    await settleIn(world);
    say('mira', '/ps apply');
    await settleIn(world);
    expect(record().sow.hours?.scoped).toBe(400);
    say('mira', '/ps resume');
    await settleIn(world);
    say('mira', '/ps apply');
    await settleIn(world);
    expect(record().sow.hours?.scoped).toBe(480);
  });
});

describe('the file of the SOW', () => {
  it('that changes while a request is ready: the request is shown anew, an old digest does nothing', async () => {
    await ready('hours: +80');
    const shown = digest();
    await world.apply({ sow: { ...CHANGED_SOW, hours: { scoped: 410 } } });
    const words = say('mira', `/ps apply ${shown}`);
    await settleIn(world);
    expect(answerTo(world, world.issue(KEY), words)).not.toContain('Applied');
    expect(record().sow.hours?.scoped).toBe(410);
    say('mira', '/ps apply');
    await settleIn(world);
    expect(record().sow.hours?.scoped).toBe(490);
  });
});
