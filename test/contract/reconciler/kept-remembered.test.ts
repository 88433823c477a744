/** Kept texts that are remembered say what they would say if nobody remembered anything. */
import { expect, it } from 'vitest';
import { renderKept } from '#domain/template/render-kept.ts';
import { templateView } from '#domain/template/view.ts';
import { realProcess, sampleSow } from '#test/support/engagement.ts';

const paths = (value: unknown, path: readonly string[] = []): (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, one]) => paths(one, [...path, key]))]
    : [path];
function changed(value: any, [first, ...rest]: readonly string[], to: unknown): any {
  if (first === undefined) return to;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[first as never] = changed(copy[first as never], rest, to);
  return copy;
}

it('whatever fact changes', async () => {
  const sow = await sampleSow('SOW-1042');
  const process = await realProcess('delivery');
  let compared = 0;
  let sections = 0;
  for (const [template, step] of [
    [process.epicBody, null],
    ...process.steps.map((one) => [one.body, one] as const),
  ] as const) {
    const view = templateView({
      sow,
      process,
      people: {
        manager: { name: 'mira', username: 'mira', email: null, chosen: true },
        engineer: { name: null, username: null, email: null, chosen: false },
        customer: { name: 'x', username: null, email: 'a@b.c', chosen: true },
      },
      showAmounts: false,
      evidence: [],
      ...(step === null
        ? {}
        : { step: { id: step.id, title: 'T', dueOn: '2026-12-01', afterTitles: ['a'], nextTitles: ['b'] } }),
    });
    const kept = renderKept(template, view, { partials: process.partials, file: 'x' });
    sections += kept.length;
    if (kept.length === 0) continue;
    for (const path of paths(view.values).filter((one) => one.length > 0))
      for (const to of ['', 'other *text* | x', null, true, [{ title: 'A', text: 'B' }, { title: 'A2' }]]) {
        const other = { ...view, values: changed(view.values, path, to) };
        const remembered = renderKept(template, other, { partials: process.partials, file: 'x' });
        const fresh = renderKept(template, other, { partials: { ...process.partials }, file: 'x' });
        expect({ path, to, kept: remembered }).toEqual({ path, to, kept: fresh });
        compared += 1;
      }
  }
  expect(sections).toBeGreaterThan(3);
  expect(compared).toBeGreaterThan(1000);
}, 60_000);
