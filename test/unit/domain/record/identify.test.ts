import { describe, expect, it } from 'vitest';
import { EMPTY_MEMORY, MOVED_MEMORY, memoryText } from '#domain/engagement/memory.ts';
import { type ActualIssue, FREE } from '#domain/engagement/state.ts';
import { asTracking } from '#domain/engagement/tracking.ts';
import { withRecord } from '#domain/plan/written.ts';
import { identify } from '#domain/record/identify.ts';
import { placeOf, UNSEALED } from '#domain/record/line.ts';
import { readManagedBlock, writeManagedBlock } from '#domain/text/managed-block.ts';
import { resolveReferences } from '#domain/text/references.ts';
import { anEpic, anIssue, aRecord, aState } from '#test/support/builders.ts';

const HUMAN = { id: 44, username: 'eli' };

/** An epic that remembers the given issues. */
function epicRemembering(issues: Readonly<Record<string, ActualIssue>>) {
  const text = resolveReferences(
    memoryText(Object.keys(issues), [], false),
    new Map(Object.entries(issues)),
    'epic',
  );
  const epic = anEpic();
  const marker = readManagedBlock(epic.description)?.marker;
  if (marker === undefined) throw new Error('the sample epic has no marker');
  return anEpic({ description: writeManagedBlock(epic.description, marker, text) });
}

describe('domain/identify', () => {
  it('knows the issues that carry its marker and were made by the author of the epic', () => {
    const issue = anIssue('first');

    const found = identify(aState({ issues: [issue] }));

    expect(found.issues).toEqual(new Map([['first', issue]]));
    expect(found.epic?.id).toBe(90);
  });

  it('leaves alone an issue that only carries the label', () => {
    const found = identify(
      aState({ issues: [anIssue('first', { description: 'Mine, please do not touch' })] }),
    );

    expect(found.issues.size).toBe(0);
    expect(found.doubtful).toEqual([]);
  });

  it('takes a copy made by a person for doubtful, not for its own', () => {
    const copy = anIssue('first', { iid: 2, author: HUMAN });

    const found = identify(aState({ issues: [anIssue('first'), copy] }));

    expect(found.issues.get('first')?.iid).toBe(1);
    expect(found.doubtful).toEqual([copy]);
    expect(found.twinIssues).toEqual([]);
  });

  it('knows issues of an earlier token of its own once told who it is', () => {
    const issue = anIssue('first', { author: { id: 5, username: 'earlier-bot' } });

    expect(identify(aState({ issues: [issue] }), UNSEALED, { ownUserIds: [5] }).issues.get('first')).toEqual(
      issue,
    );
  });

  it('knows an issue whose marker somebody deleted, because the epic remembers it', () => {
    const bare = anIssue('first', { description: 'marker gone' });

    const found = identify(aState({ epics: [epicRemembering({ first: bare })], issues: [bare] }));

    expect(found.issues.get('first')).toEqual(bare);
  });

  it('lets the oldest epic win and calls the other a twin', () => {
    const found = identify(aState({ epics: [anEpic({ id: 95, iid: 4 }), anEpic()] }));

    expect(found.epic?.id).toBe(90);
    expect(found.twinEpics.map(({ id }) => id)).toEqual([95]);
  });

  it('prefers the issue inside the winning epic to an older one outside it', () => {
    const outside = anIssue('first', { iid: 1, epicId: 95 });
    const inside = anIssue('first', { iid: 2, epicId: 90 });

    const found = identify(aState({ issues: [outside, inside] }));

    expect(found.issues.get('first')?.iid).toBe(2);
    expect(found.twinIssues).toEqual([{ step: 'first', issue: outside }]);
  });

  it('ignores an epic of another engagement that carries the label', () => {
    const found = identify(
      aState({
        epics: [anEpic({ description: '<!-- procession:epic v1 SOW-2 sample -->\n<!-- procession:end -->' })],
      }),
    );

    expect(found.epic).toBeNull();
  });

  it('leaves what another engagement is about to hand over to that one, as long as its record names it', () => {
    const issue = anIssue('first');
    const moved = { ...issue, description: issue.description.replace(/SOW-\S+/, 'DEAL-1') };
    const record = {
      ...aRecord('SOW-1'),
      memory: { ...EMPTY_MEMORY, issues: new Map([['first', issue.id]]) },
    };
    const plain = anEpic();
    const epic = { ...plain, description: withRecord(plain.description, record, placeOf(plain), UNSEALED) };
    const both = { engagement: 'DEAL-1', epics: [epic], issues: [moved] };

    const found = identify(aState(both), UNSEALED, { ownUserIds: [epic.author.id] });

    expect([found.epic, found.issues.size, found.doubtful]).toEqual([null, 0, []]);
    expect(identify(aState({ ...both, engagement: 'SOW-1' })).issues.get('first')?.id).toBe(issue.id);
  });

  describe('tracking issues', () => {
    const marker = '<!-- procession:epic v1 SOW-1 sample -->\n**Waiting**\n<!-- procession:end -->';
    const tracking = (changes: Partial<ActualIssue> = {}) =>
      anIssue('first', { iid: 9, description: marker, epicId: null, ...changes });
    const free = { epics: [], capabilities: FREE };

    it('stand for the epic when one of us made them', () => {
      const issue = tracking();
      const first = anIssue('first', { epicId: null });

      const found = identify(aState({ ...free, issues: [first, issue] }), UNSEALED, { ownUserIds: [1] });

      expect(found.epic).toEqual(asTracking(issue));
      expect(found.issues).toEqual(new Map([['first', first]]));
      expect(found.twinEpics).toEqual([]);
    });

    it('are doubtful while nobody has said who we are, and when somebody else made them', () => {
      const [ours, foreign] = [tracking(), tracking({ iid: 8, author: HUMAN })];
      const state = aState({ ...free, issues: [foreign, ours] });

      expect(identify(state)).toMatchObject({ epic: null, doubtfulTracking: [foreign, ours] });
      expect(identify(state, UNSEALED, { ownUserIds: [1] })).toMatchObject({
        epic: { iid: 9 },
        doubtfulTracking: [foreign],
      });
      expect(identify(state, UNSEALED, { formerUsers: ['procession-bot'] })).toMatchObject({
        epic: { iid: 9 },
      });
    });

    it('let the oldest win and call the others twins', () => {
      const found = identify(aState({ ...free, issues: [tracking({ iid: 12 }), tracking()] }), UNSEALED, {
        ownUserIds: [1],
      });

      expect(found.epic?.iid).toBe(9);
      expect(found.twinEpics.map(({ iid }) => iid)).toEqual([12]);
    });

    it('give way to an epic, and are named as left until they say so themselves', () => {
      const moved = tracking({ iid: 10, description: marker.replace('**Waiting**', MOVED_MEMORY) });

      const found = identify(aState({ issues: [tracking(), moved] }), UNSEALED, { ownUserIds: [1] });

      expect(found.epic?.tracking).toBeNull();
      expect(found.twinEpics).toEqual([]);
      expect(found.leftTracking.map(({ iid }) => iid)).toEqual([9]);
      expect(found.movedTracking.map(({ iid }) => iid)).toEqual([10]);
    });

    it('are not those steps into which somebody has pasted the marker of the whole', () => {
      const step = tracking({ iid: 11 });
      const memory = resolveReferences(memoryText(['first'], [], false), new Map([['first', step]]), 'epic');
      const issue = tracking({ description: marker.replace('**Waiting**', memory) });

      const found = identify(aState({ ...free, issues: [issue, step] }), UNSEALED, { ownUserIds: [1] });

      expect(found.epic?.iid).toBe(9);
      expect(found.twinEpics).toEqual([]);
      expect(found.issues).toEqual(new Map([['first', step]]));
    });
  });
});
