import type { Launch, LaunchChoice } from '#domain/base/settings.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { evaluateCondition } from './condition.ts';

/** Process and profile that a SOW starts by the settings: the first whose condition it meets, else the usual one. */
export function launchFor(sow: Sow, { choices, otherwise }: LaunchChoice): Launch {
  return choices.find(({ when }) => evaluateCondition(when, sow).holds) ?? otherwise;
}

/** Every process and profile that some SOW may start by the settings, the usual one first, each once. */
export function launchesOf({ choices, otherwise }: LaunchChoice): readonly Launch[] {
  const all = [otherwise, ...choices.map(({ process, profile }) => ({ process, profile }))];
  return all.filter(
    (one, index) =>
      all.findIndex((other) => other.process === one.process && other.profile === one.profile) === index,
  );
}
