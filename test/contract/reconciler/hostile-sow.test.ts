/** A SOW whose every text attacks GitLab Markdown, launched for real: nothing but our own doing shows in the world. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSow } from '#templates/load-sow.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

let world: EngagementWorld;

beforeEach(async () => {
  const { sow } = await loadSow(new URL('../../fixtures/sows/hostile.yml', import.meta.url).pathname);
  world = await startEngagement({ sow });
  await world.apply();
});

afterEach(async () => {
  await world.close();
});

describe('a hostile SOW', () => {
  it('runs no quick action: nothing is closed, assigned, renamed or labelled by its text', () => {
    const { issues, epics, labels } = world.sandbox.world;
    expect([...issues, ...epics].filter(({ state }) => state === 'closed')).toEqual([]);
    // The look back is confidential by its template.
    const confidential = [...issues, ...epics].filter((item) => item.confidential);
    expect(confidential.map((item) => world.labels(item))).toEqual([
      expect.arrayContaining(['step::retrospective']),
    ]);
    expect(labels.filter(({ projectId }) => projectId !== null)).toEqual([]);
    const own = /^(?:SOW-|process::|step::|role::|workflow::|health::)/;
    expect(
      [...issues, ...epics].flatMap((item) => world.labels(item)).filter((label) => !own.test(label)),
    ).toEqual([]);
  });

  it('tells nobody but the assignees and the one whose turn it is', () => {
    const mentioned = world.sandbox.world.todos.filter(({ action }) => action === 'mentioned');
    expect(mentioned.map(({ target }) => target.id)).toEqual([world.issue('assign-engineer').id]);
  });

  it('refers to nothing but our own steps', () => {
    const references = world.sandbox.world.notes.filter(
      ({ system, body }) => system && body.includes('mentioned in'),
    );
    const expected = world.sandbox.world.issues.map(({ id }) => id);
    expect(references.every(({ target }) => target.kind === 'issue' && expected.includes(target.id))).toBe(
      true,
    );
    expect(references.filter(({ body }) => !/mentioned in (?:epic|issue) /.test(body))).toEqual([]);
  });

  it('forges no marker: the next run recognises everything and writes nothing', async () => {
    world.sandbox.ledger.clear();

    expect((await world.reconcile()).kind).toBe('unchanged');
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('keeps its name readable in the title', () => {
    expect(world.epic().title.length).toBeLessThanOrEqual(255);
    expect(world.epic().title).toContain(world.sow.sow.number);
  });
});
