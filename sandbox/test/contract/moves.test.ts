import { describe, expect, it } from 'vitest';
import { takeId } from '#sandbox/new-world.ts';
import type { Project } from '#sandbox/world.ts';
import type { Bench } from './client.ts';
import { createBench, createIssues, GROUP, PROJECT } from './client.ts';

/** The engagement project and a second one of the same group, or of a group of its own. */
function withOtherProject(group: 'same' | 'other' = 'same'): { bench: Bench; other: Project } {
  const bench = createBench();
  const { world } = bench.sandbox;
  let groupId = bench.seed.group.id;
  if (group === 'other') {
    groupId = takeId(world, 'group');
    world.groups.push({
      ...bench.seed.group,
      id: groupId,
      path: 'elsewhere',
      members: bench.seed.group.members,
    });
  }
  const other: Project = {
    ...bench.seed.project,
    id: takeId(world, 'project'),
    groupId,
    path: 'other',
    nextIid: 1,
  };
  world.projects.push(other);
  return { bench, other };
}

const move = (bench: Bench, other: Project, iid = 1) =>
  bench.api('POST', `${PROJECT}/issues/${iid}/move`, { to_project_id: other.id });

describe('sandbox: an issue moved to another project', () => {
  it('has copies of its notes with new ids, the same authors, times and reactions, in threads of their own', async () => {
    const { bench, other } = withOtherProject();
    await createIssues(bench, 'a');
    const eli = bench.as(bench.seed.eli.token);
    const thread = (await eli('POST', `${PROJECT}/issues/1/discussions`, { body: 'opens' })).body;
    const [note] = thread.notes;
    await bench.api('POST', `${PROJECT}/issues/1/discussions/${thread.id}/notes`, { body: 'reply' });
    await bench.api('POST', `${PROJECT}/issues/1/notes/${note.id}/award_emoji`, { name: 'white_check_mark' });
    bench.clock.now = new Date('2026-03-05T09:00:00Z');

    expect((await move(bench, other)).status).toBe(201);

    const path = `/projects/${other.id}/issues/1`;
    const [copied] = (await bench.api('GET', `${path}/discussions`)).body;
    expect(copied.id).not.toBe(thread.id);
    expect(copied.notes).toMatchObject([
      { body: 'opens', author: { username: 'eli' }, created_at: note.created_at },
      { body: 'reply', author: { username: 'procession-bot' } },
    ]);
    expect(copied.notes[0].id).not.toBe(note.id);
    expect((await bench.api('GET', `${path}/notes/${copied.notes[0].id}/award_emoji`)).body).toMatchObject([
      { name: 'white_check_mark', user: { username: 'procession-bot' } },
    ]);
    expect((await bench.api('GET', `${PROJECT}/issues/1/discussions/${thread.id}`)).status).toBe(200);
  });

  it.each([
    ['same', 'see engagements#2, `#2` and #99'],
    ['other', 'see services/engagements#2, `#2` and #99'],
  ] as const)('has references rewritten in its texts, in the %s group', async (group, expected) => {
    const { bench, other } = withOtherProject(group);
    const text = 'see #2, `#2` and #99';
    await bench.api('POST', `${PROJECT}/issues`, { title: 'a', description: text });
    await createIssues(bench, 'b');
    await bench.api('POST', `${PROJECT}/issues/1/notes`, { body: text });

    expect((await move(bench, other)).body.description).toBe(expected);

    const notes = (await bench.api('GET', `/projects/${other.id}/issues/1/notes?sort=asc`)).body;
    expect(notes[0].body).toBe(expected);
  });

  it('has copies of the events of its labels and its state', async () => {
    const { bench, other } = withOtherProject();
    await bench.api('POST', `${GROUP}/labels`, { name: 'known', color: '#112233' });
    await bench.as(bench.seed.eli.token)('POST', `${PROJECT}/issues`, { title: 'a', labels: 'known' });

    await move(bench, other);

    const path = `/projects/${other.id}/issues/1/resource_label_events`;
    expect((await bench.api('GET', path)).body).toMatchObject([
      { action: 'add', label: { name: 'known' }, user: { username: 'eli' } },
    ]);
  });

  it.each([
    ['same', 'E'],
    ['other', undefined],
  ] as const)('keeps its place in the epic within the %s group alone', async (group, title) => {
    const { bench, other } = withOtherProject(group);
    const epic = (await bench.api('POST', `${GROUP}/epics`, { title: 'E' })).body;
    for (const it of ['c', 'b', 'a'])
      await bench.api('POST', `${PROJECT}/issues`, { title: it, epic_id: epic.id });

    expect((await move(bench, other, 2)).body.epic?.title).toBe(title);

    const children = (await bench.api('GET', `${GROUP}/epics/1/issues`)).body;
    expect(children.map((it: { title: string }) => it.title)).toEqual(['a', 'b', 'c']);
  });
});
