import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMarker } from '#domain/text/marker.ts';
import type { Written } from '#reconciler/loop/own-writes.ts';
import { type GitLabDeliveryContext, readGitLabDelivery } from '#service/gitlab-delivery.ts';

const CONTEXT: GitLabDeliveryContext = {
  ownUser: { id: 99, username: 'procession-bot', isBot: true },
  isOwnWrite: () => false,
  engagementOfIssue: (issueId) => (issueId === 4711 ? 'SOW-7' : null),
};

const label = (title: string): object => ({ id: 1, title, color: '#ffffff', type: 'GroupLabel' });
const MARKER = encodeMarker({
  kind: 'step',
  engagement: 'SOW-8',
  process: 'delivery',
  profile: null,
  step: 'kick-off',
});

function issue(changes: object = {}, attributes: object = {}): object {
  return {
    object_kind: 'issue',
    event_type: 'issue',
    user: { id: 5, name: 'Eli', username: 'eli', email: '[REDACTED]' },
    project: { id: 14 },
    object_attributes: { id: 301, iid: 23, title: 'x', description: 'text', action: 'update', ...attributes },
    labels: [],
    changes: {},
    ...changes,
  };
}

function pipeline(variables: readonly object[]): object {
  return {
    object_kind: 'pipeline',
    object_attributes: { id: 31, iid: 3, status: 'success', variables },
    user: { id: 1, username: 'procession-bot' },
    project: { id: 15 },
  };
}

function note(changes: object = {}, attributes: object = {}): object {
  return {
    object_kind: 'note',
    event_type: 'note',
    user: { id: 5, username: 'eli' },
    object_attributes: { id: 1241, note: '/ps help', noteable_type: 'Issue', noteable_id: 92, ...attributes },
    issue: { id: 92, iid: 17, description: null, labels: [label('SOW-1042')] },
    ...changes,
  };
}

const read = (value: unknown, context = CONTEXT) => readGitLabDelivery(value, context);

describe('service/gitlab-delivery', () => {
  it.each([
    [
      'the labels of the event',
      issue({ labels: [label('workflow::ready'), label('SOW-1042')] }),
      ['SOW-1042'],
    ],
    ['the labels of the issue', issue({}, { labels: [label('SOW-1042')] }), ['SOW-1042']],
    [
      'a label that was taken away',
      issue({ changes: { labels: { previous: [label('SOW-9')], current: [] } } }),
      ['SOW-9'],
    ],
    [
      'a label that was changed for another: both',
      issue({
        labels: [label('SOW-2')],
        changes: { labels: { previous: [label('SOW-1')], current: [label('SOW-2')] } },
      }),
      ['SOW-2', 'SOW-1'],
    ],
    ['the marker in the description', issue({}, { description: `Hello\r\n${MARKER}\r\n` }), ['SOW-8']],
    [
      'the label rather than the marker',
      issue({ labels: [label('SOW-1')] }, { description: MARKER }),
      ['SOW-1'],
    ],
    ['the id of the issue', issue({}, { id: 4711, description: null }), ['SOW-7']],
    [
      'a confidential issue',
      issue({ event_type: 'confidential_issue', labels: [label('SOW-1')] }),
      ['SOW-1'],
    ],
    [
      'an epic',
      issue({ object_kind: 'work_item', project: null, labels: [label('SOW-1')] }, { type: 'Epic' }),
      ['SOW-1'],
    ],
  ])('is woken by %s', (_, value, engagements) => {
    expect(read(value)).toMatchObject({ kind: 'wake', engagements });
  });

  it('keeps numbers and names of kinds alone', () => {
    const value = issue({ labels: [label('SOW-1')] }, { title: 'canary', description: 'canary' });

    expect(read(value)).toEqual({
      kind: 'wake',
      engagements: ['SOW-1'],
      written: { kind: 'issue', id: 301, updatedAtMs: Number.NaN },
      payload: { event: 'issue', action: 'update', itemId: 301, itemIid: 23, noteId: null },
    });
    expect(read(note())).toEqual({
      kind: 'note',
      engagements: ['SOW-1042'],
      written: { kind: 'note', id: 1241, updatedAtMs: null },
      payload: { event: 'note', action: null, itemId: 92, itemIid: 17, noteId: 1241 },
    });
  });

  it('knows a comment by the marker of its issue, or by its id alone', () => {
    expect(read(note({ issue: { id: 92, description: MARKER } }))).toMatchObject({ engagements: ['SOW-8'] });
    expect(read(note({ issue: undefined }, { noteable_id: 4711 }))).toMatchObject({ engagements: ['SOW-7'] });
    expect(read(note({ event_type: 'confidential_note' }))).toMatchObject({ kind: 'note' });
  });

  it.each([
    [
      'a merge request',
      note({ issue: undefined, merge_request: { id: 7 } }, { noteable_type: 'MergeRequest' }),
    ],
    ['a commit', note({ issue: undefined }, { noteable_type: 'Commit', noteable_id: null })],
  ])('has nothing to do with a comment on %s', (_, value) => {
    expect(read(value)).toMatchObject({ kind: 'ignored' });
  });

  it.each([
    ['by its id', { id: 99, username: 'renamed' }],
    ['by its name', { id: null, username: 'procession-bot' }],
  ])('recognises our own user %s', (_, user) => {
    expect(read(issue({ user, labels: [label('SOW-1')] }))).toEqual({ kind: 'ours' });
    expect(read(note({ user }))).toEqual({ kind: 'ours' });
  });

  it('sees what a person does whose token we use, and knows what we did ourselves by what was written', () => {
    const at = '2026-03-02 09:00:00 UTC';
    const asked: Written[] = [];
    const context: GitLabDeliveryContext = {
      ...CONTEXT,
      ownUser: { id: 5, username: 'eli', isBot: false },
      isOwnWrite: (written) => {
        asked.push(written);
        return asked.length % 2 === 0;
      },
    };
    const events = [
      issue({ labels: [label('SOW-1')] }, { updated_at: at }),
      issue({ object_kind: 'work_item', project: null, labels: [label('SOW-1')] }, { updated_at: at }),
      note(),
    ];

    const kinds = events.flatMap((event) => [read(event, context).kind, read(event, context).kind]);

    expect(kinds).toEqual(['wake', 'ours', 'wake', 'ours', 'note', 'ours']);
    const updatedAtMs = Date.parse('2026-03-02T09:00:00.000Z');
    expect(asked.filter((_, index) => index % 2 === 0)).toEqual([
      { kind: 'issue', id: 301, updatedAtMs },
      { kind: 'epic', id: 23, updatedAtMs },
      { kind: 'note', id: 1241, updatedAtMs: null },
    ]);
  });

  it('does not ask what we wrote where somebody else acts', () => {
    const context: GitLabDeliveryContext = {
      ownUser: { id: 1, username: 'mira', isBot: false },
      engagementOfIssue: () => null,
      isOwnWrite: () => true,
    };

    expect(read(issue({ labels: [label('SOW-1')] }), context)).toMatchObject({ kind: 'wake' });
  });

  it('takes nobody for us while we do not know who we are', () => {
    const context = { ...CONTEXT, ownUser: null };

    expect(read(issue({ user: undefined, labels: [label('SOW-1')] }), context)).toMatchObject({
      kind: 'wake',
    });
    expect(read(issue({ user: undefined, labels: [label('SOW-1')] }))).toMatchObject({ kind: 'wake' });
  });

  it.each([
    [{ object_kind: 'push', ref: 'refs/heads/main' }],
    [{ object_kind: 'tag_push' }],
    [{ object_kind: 'merge_request' }],
    [{ object_kind: 'pipeline' }],
    [pipeline([])],
    [pipeline([{ key: 'PROCESSION_ENGAGEMENT', value: 'SOW-1 <script>' }])],
    [pipeline([{ key: 'ENGAGEMENT', value: 'SOW-1' }])],
    [{ object_kind: 'build' }],
    [{ object_kind: 'deployment' }],
    [{ object_kind: 'release' }],
    [{ object_kind: 'wiki_page' }],
    [{ object_kind: 'emoji' }],
    [{ object_kind: 'milestone' }],
    [{ object_kind: 'feature_flag' }],
    [{ object_kind: 'access_token' }],
    [{ event_name: 'user_add_to_group' }],
    [{ event_name: 'subgroup_create' }],
    [{ event_name: 'project_destroy' }],
    [issue()],
    [issue({ labels: [label('SOW')] })],
    [issue({ labels: [label('SOW-')] })],
    [issue({ labels: [label('sow-1')] })],
    [issue({ labels: [label('SOW-1 <script>')] })],
    [issue({}, { description: `\`\`\`\n${MARKER}\n\`\`\`` })],
  ])('has nothing to do with %j', (value) => {
    expect(read(value)).toMatchObject({ kind: 'ignored' });
  });

  it('wakes for a pipeline that has inputs alone, by its name', () => {
    const named = (name: string) => ({
      ...pipeline([]),
      object_attributes: { id: 31, status: 'success', name, variables: [] },
    });

    expect(read(named('SOW-1042/provision/1'))).toMatchObject({ kind: 'wake', engagements: ['SOW-1042'] });
    expect(read(named('Nightly'))).toMatchObject({ kind: 'ignored' });
    expect(read(named('SOW-1 <script>/a/1'))).toMatchObject({ kind: 'ignored' });
  });

  it('wakes for a pipeline that does a step, also one that we have started', () => {
    const event = pipeline([
      { key: 'A', value: null },
      { key: 'PROCESSION_ENGAGEMENT', value: 'SOW-1042' },
    ]);

    expect(read(event)).toEqual({
      kind: 'wake',
      engagements: ['SOW-1042'],
      written: null,
      payload: { event: 'pipeline', action: 'success', itemId: 31, itemIid: null, noteId: null },
    });
  });

  it.each([
    [{ object_kind: 'surprise' }, 'event surprise'],
    [{}, 'event without a name'],
    [{ object_kind: '<script>alert(1)</script>' }, 'event with an impossible name'],
    [{ object_kind: `x${'y'.repeat(100)}` }, 'event with an impossible name'],
  ])('does not know %j', (value, why) => {
    expect(read(value)).toEqual({ kind: 'unknown', why });
  });

  it.each([
    [null, 'the whole body'],
    ['text', 'the whole body'],
    [[issue()], 'the whole body'],
    [{ object_kind: 7 }, 'object_kind'],
    [{ object_kind: 'issue' }, 'object_attributes'],
    [{ object_kind: 'note', object_attributes: {} }, 'object_attributes.id'],
    [issue({}, { id: 'canary' }), 'object_attributes.id'],
    [issue({ labels: 'canary' }), 'labels'],
    [issue({ labels: [{ name: 'canary' }] }), 'labels.0.title'],
  ])('says where %j is wrong, never what stood there', (value, where) => {
    const delivery = read(value);

    expect(delivery).toMatchObject({ kind: 'malformed', why: expect.stringContaining(where) });
    expect(JSON.stringify(delivery)).not.toContain('canary');
  });

  it('wakes few engagements however many labels there are', () => {
    const labels = Array.from({ length: 1000 }, (_, n) => label(`SOW-${n}`));

    expect(read(issue({ labels }))).toMatchObject({
      engagements: ['SOW-0', 'SOW-1', 'SOW-2', 'SOW-3', 'SOW-4'],
    });
  });

  it('answers anything that can be JSON without throwing', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('issue', 'note', 'work_item', 'push', 'x'),
        (json, kind) => {
          for (const value of [
            json,
            { object_kind: kind, object_attributes: json },
            issue({ labels: json, changes: json }),
          ])
            expect(['wake', 'note', 'ours', 'ignored', 'unknown', 'malformed']).toContain(read(value).kind);
        },
      ),
      { numRuns: 500 },
    );
  });
});
