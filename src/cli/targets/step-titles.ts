import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import type { ProcessStore } from '#ports/process-store.ts';

/** Titles of steps across all processes, for progress and for engagements not read yet; the key where there is none. */
export function stepTitles(store: ProcessStore): (step: StepKey) => string {
  const processes = store.ids.flatMap((id) => store.find(id, null) ?? []);
  const titles = new Map(
    processes.flatMap(({ steps }) => steps.map(({ id, title }) => [id, title] as const)),
  );
  return (step) => titles.get(stepIdOf(step)) ?? step;
}
