/** Pipelines of steps at the adapter: each is started once, however many at a time, and at a price that does not grow. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewPipeline } from '#ports/gitlab.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';

const SINCE = '2026-01-01T00:00:00.000Z';

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  world.seed.project.pipeline = { inputs: ['procession_run', 'size'], name: '$[[ inputs.procession_run ]]' };
});

afterEach(async () => {
  await world.close();
});

function byVariables(number: number): NewPipeline {
  const run = `SOW-${number}/provision/1`;
  const variables = [{ key: 'PROCESSION_RUN', value: run }];
  return { project: 'services/engagements', ref: 'main', run, variables, inputs: null, since: SINCE };
}

function byInputs(number: number): NewPipeline {
  const { run, ...wanted } = byVariables(number);
  return { ...wanted, run, variables: [], inputs: { procession_run: run, size: 'small' } };
}

const ways = [
  ['variables', byVariables],
  ['inputs', byInputs],
] as const;

describe.each(ways)('pipelines that are given %s', (_, wanted) => {
  it.each([1, 20])('take at most five requests each, %i at once', async (count) => {
    world.forget();
    const started = await Promise.all(
      Array.from({ length: count }, async (_, index) => await world.gitlab.startPipeline(wanted(index + 1))),
    );

    expect(started.map(({ kind }) => kind)).toEqual(Array.from({ length: count }, () => 'started'));
    expect(world.sandbox.world.pipelines).toHaveLength(count);
    expect(world.sandbox.ledger.entries().length).toBeLessThanOrEqual(5 * count);
  });

  it('take at most five requests each, one after the other', async () => {
    world.forget();
    for (let number = 1; number <= 20; number += 1) await world.gitlab.startPipeline(wanted(number));

    expect(world.sandbox.ledger.entries().length).toBeLessThanOrEqual(5 * 20);
  });

  it('are found again by a process that knows nothing of them', async () => {
    const [first] = await Promise.all(
      [1, 2, 3].map(async (number) => await world.gitlab.startPipeline(wanted(number))),
    );

    expect(await world.connect().startPipeline(wanted(1))).toEqual(first);
    expect(world.sandbox.world.pipelines).toHaveLength(3);
  });

  it('are found again when the answer was lost', async () => {
    world.sandbox.faults.failNext({
      method: 'POST',
      route: '/projects/:id/pipeline',
      when: 'after',
      kind: 'reset',
    });

    expect(await world.gitlab.startPipeline(wanted(1))).toMatchObject({ kind: 'started' });
    expect(world.sandbox.world.pipelines).toHaveLength(1);
  });
});

describe('a pipeline that is given inputs', () => {
  it('starts where nobody may give variables', async () => {
    world.seed.project.pipelineVariablesRole = null;

    expect(await world.gitlab.startPipeline(byInputs(1))).toMatchObject({ kind: 'started' });
    expect(world.sandbox.world.pipelines).toMatchObject([
      {
        inputs: { procession_run: 'SOW-1/provision/1', size: 'small' },
        variables: [],
        name: 'SOW-1/provision/1',
      },
    ]);
  });

  it('is refused with what to declare, where its project declares no such inputs', async () => {
    world.seed.project.pipeline = {};

    expect(await world.gitlab.startPipeline(byInputs(1))).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/not defined.*Declare them under spec: inputs.*procession_run/),
    });
  });
});
