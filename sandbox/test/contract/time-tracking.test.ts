import { describe, expect, it } from 'vitest';
import { createBench, createIssues, PROJECT } from './client.ts';

const ISSUE = `${PROJECT}/issues/1`;

describe('sandbox: time tracking', () => {
  it('adds spent time up, takes some off, and starts again from nothing', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    const spend = (duration: string) => bench.api('POST', `${ISSUE}/add_spent_time`, { duration });

    expect(await spend('1w 2d')).toMatchObject({
      status: 201,
      body: { total_time_spent: 201_600, human_total_time_spent: '1w 2d', human_time_estimate: null },
    });
    expect((await spend('-1h30m')).body.human_total_time_spent).toBe('1w 1d 6h 30m');
    expect((await bench.api('GET', ISSUE)).body.time_stats.total_time_spent).toBe(196_200);
    expect(await bench.api('POST', `${ISSUE}/reset_spent_time`)).toMatchObject({
      status: 200,
      body: { total_time_spent: 0, human_total_time_spent: null },
    });
    expect(bench.sandbox.world.notes.map(({ body }) => body)).toEqual([
      'added 1w 2d of time spent',
      'subtracted 1h 30m of time spent',
      'removed time spent',
    ]);
  });

  it('sets the estimate and takes it away', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');

    expect(await bench.api('POST', `${ISSUE}/time_estimate`, { duration: '3h30m' })).toMatchObject({
      status: 200,
      body: { time_estimate: 12_600, human_time_estimate: '3h 30m' },
    });
    await bench.api('POST', `${ISSUE}/reset_time_estimate`);
    expect((await bench.api('GET', `${ISSUE}/time_stats`)).body.time_estimate).toBe(0);
  });

  it.each([
    ['add_spent_time', {}, { error: 'duration is missing' }],
    ['add_spent_time', { duration: 'long' }, { message: { 'timelogs.time_spent': ["can't be blank"] } }],
    [
      'add_spent_time',
      { duration: '-1h' },
      { message: { base: ['Time to subtract exceeds the total time spent'] } },
    ],
    [
      'time_estimate',
      { duration: '-1h' },
      { message: { time_estimate: ['must have a valid format and be greater than or equal to zero.'] } },
    ],
  ])('refuses %s with %j', async (name, body, expected) => {
    const bench = createBench();
    await createIssues(bench, 'a');

    expect(await bench.api('POST', `${ISSUE}/${name}`, body)).toMatchObject({ status: 400, body: expected });
    expect((await bench.api('GET', `${ISSUE}/time_stats`)).body.total_time_spent).toBe(0);
  });

  it('is for Planners and up', async () => {
    const bench = createBench();
    await bench.as(bench.seed.gus.token)('POST', `${PROJECT}/issues`, { title: 'hers' });

    const reply = await bench.as(bench.seed.gus.token)('POST', `${ISSUE}/add_spent_time`, { duration: '1h' });

    expect(reply.status).toBe(403);
  });

  it('tells webhooks, however the time was spent', async () => {
    const received: any[] = [];
    const bench = createBench({
      deliver: async (request) => {
        received.push(await request.json());
        return new Response('ok');
      },
    });
    await createIssues(bench, 'a');
    await bench.api('POST', `${PROJECT}/hooks`, { url: 'https://receiver.test/hook', issues_events: true });

    await bench.api('POST', `${ISSUE}/add_spent_time`, { duration: '1h' });
    await bench.api('POST', `${ISSUE}/notes`, { body: '/spend 30m' });
    await bench.sandbox.settled();

    expect(received.map((it) => it.changes.total_time_spent)).toEqual([
      { previous: 0, current: 3600 },
      { previous: 3600, current: 5400 },
    ]);
  });

  it('refuses a quick action that takes off more than was spent', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');

    expect((await bench.api('POST', `${ISSUE}/notes`, { body: '/spend -1h' })).status).toBe(400);
    expect((await bench.api('GET', `${ISSUE}/time_stats`)).body.total_time_spent).toBe(0);
  });
});
