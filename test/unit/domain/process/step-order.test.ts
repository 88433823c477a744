import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '#domain/base/errors.ts';
import type { Predecessor, ProcessDefinition, Step } from '#domain/process/process.ts';
import { type IncludedStep, stepsFor, successorsOf } from '#domain/process/step-order.ts';
import { anInputProcess, anInputSow, anInputStep } from '#test/support/inputs.ts';

const sow = anInputSow({ deployment: 'aws' });
const never = { when: { deployment: 'none' } };
const started = (step: string): object => ({ step, until: 'started' });

/** `b < a, c?` : what each included step comes after; `?` marks until started. */
function order(...steps: readonly Step[]): readonly string[] {
  return stepsFor(anInputProcess(steps), sow).included.map(
    ({ step, after }) =>
      `${step.id} < ${after.map(({ step, until }) => (until === 'done' ? step : `${step}?`)).join(' ')}`,
  );
}

describe('domain/step-order', () => {
  it('keeps the steps whose condition holds and says why others are left out', () => {
    const process = anInputProcess([
      anInputStep('a'),
      anInputStep('b', { when: { deployment: 'on-prem', type: ['fixed', 't&m'] } }),
      anInputStep('c', { when: { deployment: 'aws' } }),
    ]);

    const { included, excluded } = stepsFor(process, sow);

    expect(included.map(({ step }) => step.id)).toEqual(['a', 'c']);
    expect(excluded.map(({ step, why }) => [step.id, why])).toEqual([
      ['b', 'only when deployment is on-prem and type is fixed or t&m; the SOW has deployment aws, type t&m'],
    ]);
  });

  it('passes the predecessors of excluded steps on, through several of them', () => {
    expect(
      order(
        anInputStep('a'),
        anInputStep('b', { ...never, after: ['a'] }),
        anInputStep('c', { ...never, after: ['b'] }),
        anInputStep('d', { after: ['c'] }),
      ),
    ).toEqual(['a < ', 'd < a']);
  });

  it('keeps "started" when any hop through an excluded step says so', () => {
    expect(
      order(
        anInputStep('a'),
        anInputStep('b', { ...never, after: ['a'] }),
        anInputStep('c', { after: [started('b')] }),
        anInputStep('d', { ...never, after: [started('a')] }),
        anInputStep('e', { after: ['d'] }),
      ),
    ).toEqual(['a < ', 'c < a?', 'e < a?']);
  });

  it('lets done win over started for the same step', () => {
    expect(
      order(
        anInputStep('a'),
        anInputStep('b', { ...never, after: ['a'] }),
        anInputStep('c', { after: [started('a'), 'b'] }),
      ),
    ).toEqual(['a < ', 'c < a']);
  });

  it('drops a blocking link that another already implies', () => {
    expect(
      order(
        anInputStep('a'),
        anInputStep('b', { after: ['a'] }),
        anInputStep('c', { after: ['a', 'b'] }),
        anInputStep('d', { after: ['a', 'c', started('b')] }),
      ),
    ).toEqual(['a < ', 'b < a', 'c < b', 'd < b? c']);
  });

  it.each(['on-demand', 'recurring'])('does not rely on a step that is %s to imply another', (kind) => {
    expect(
      order(
        anInputStep('a'),
        anInputStep('b', { kind, after: ['a'] }),
        anInputStep('c', { after: ['a', 'b'] }),
      ),
    ).toEqual(['a < ', 'b < a', 'c < a b']);
  });

  it('does not rely on a step that only has to have started', () => {
    expect(
      order(
        anInputStep('a'),
        anInputStep('b', { after: ['a'] }),
        anInputStep('c', { after: ['a', started('b')] }),
      ),
    ).toEqual(['a < ', 'b < a', 'c < a b?']);
  });

  it('puts steps in an order in which they can be done, else as in the process', () => {
    expect(
      order(
        anInputStep('d', { after: ['c'] }),
        anInputStep('a'),
        anInputStep('c', { after: ['a'] }),
        anInputStep('b', { after: [started('a')] }),
      ).map((line) => line.slice(0, 1)),
    ).toEqual(['a', 'c', 'd', 'b']);
  });

  it('finds what comes next', () => {
    const { included } = stepsFor(
      anInputProcess([
        anInputStep('a'),
        anInputStep('b', { after: ['a'] }),
        anInputStep('c', { after: [started('a')] }),
      ]),
      sow,
    );

    expect(successorsOf(included, 'a').map(({ step, until }) => [step.id, until])).toEqual([
      ['b', 'done'],
      ['c', 'started'],
    ]);
    expect(successorsOf(included, 'c')).toEqual([]);
  });

  it('refuses to order a circle', () => {
    expect(() => order(anInputStep('a', { after: ['b'] }), anInputStep('b', { after: ['a'] }))).toThrow(
      InvariantError,
    );
  });

  it('keeps what must be done before what, and adds nothing', () => {
    fc.assert(
      fc.property(anyProcess, (process) => {
        const { included, excluded } = stepsFor(process, sow);

        expect(included.length + excluded.length).toBe(process.steps.length);
        const wanted = bridgedByHand(process);
        for (const { step } of included) {
          expect(implied(included, step.id)).toEqual(implied(wanted, step.id));
        }
      }),
    );
  });

  it('makes no superfluous blocking link', () => {
    fc.assert(
      fc.property(anyProcess, (process) => {
        const { included } = stepsFor(process, sow);

        for (const entry of included)
          for (const dropped of entry.after.filter(({ until }) => until === 'done')) {
            const without = included.map((other) =>
              other === entry ? { ...entry, after: entry.after.filter((each) => each !== dropped) } : other,
            );
            expect(implied(without, entry.step.id)).not.toContain(dropped.step);
          }
      }),
    );
  });

  it('places every step behind its predecessors', () => {
    fc.assert(
      fc.property(anyProcess, (process) => {
        const { included } = stepsFor(process, sow);

        const place = new Map(included.map(({ step }, index) => [step.id, index]));
        for (const { step, after } of included)
          for (const before of after) expect(place.get(before.step)).toBeLessThan(place.get(step.id) ?? -1);
      }),
    );
  });
});

/** Acyclic: a step comes only after steps of a smaller number; `process.yml` lists them in any order. */
const anyProcess: fc.Arbitrary<ProcessDefinition> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('once', 'once', 'once', 'recurring', 'on-demand'),
      out: fc.boolean(),
      after: fc.array(fc.record({ back: fc.integer({ min: 1, max: 8 }), soft: fc.boolean() }), {
        maxLength: 4,
      }),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((drafts) =>
    drafts.map(({ kind, out, after }, index) =>
      anInputStep(`s${index}`, {
        kind,
        ...(out ? never : {}),
        after: after
          .filter(({ back }) => back <= index)
          .map(({ back, soft }) => (soft ? started(`s${index - back}`) : `s${index - back}`)),
      }),
    ),
  )
  .chain((steps) => fc.shuffledSubarray(steps, { minLength: steps.length }))
  .map((steps) => anInputProcess(steps));

/** The same rule, written as a search: follow predecessors through excluded steps until an included one. */
function bridgedByHand(process: ProcessDefinition): readonly IncludedStep[] {
  const byId = new Map(process.steps.map((step) => [step.id, step]));
  const paths = (step: Step, soft: boolean): Predecessor[] =>
    step.after.flatMap(({ step: id, until }) => {
      const before = byId.get(id);
      if (!before) return [];
      const softer = soft || until === 'started';
      return before.when
        ? paths(before, softer)
        : [{ step: id, until: softer ? 'started' : 'done' } as const];
    });
  return process.steps.filter((step) => !step.when).map((step) => ({ step, after: paths(step, false) }));
}

/** What must be done before a step, counting only guarantees that hold whatever the on-demand steps do; then what must have started. */
function implied(steps: readonly IncludedStep[], id: string): readonly string[] {
  const byId = new Map(steps.map((entry) => [entry.step.id, entry]));
  const done = new Set<string>();
  const visit = (entry: IncludedStep | undefined, first: boolean): void => {
    if (!entry || (!first && entry.step.kind !== 'once')) return;
    for (const { step, until } of entry.after)
      if (until === 'done') {
        done.add(step);
        visit(byId.get(step), false);
      }
  };
  visit(byId.get(id), true);
  const soft = (byId.get(id)?.after ?? [])
    .filter(
      ({ step, until }) =>
        until === 'started' &&
        !byId.get(id)?.after.some((other) => other.step === step && other.until === 'done'),
    )
    .map(({ step }) => `${step}?`);
  return [...done, ...new Set(soft)].toSorted();
}
