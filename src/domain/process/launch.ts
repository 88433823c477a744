import type { Launch, LaunchChoice } from '#domain/base/settings.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { type ConditionResult, describeCondition, evaluateCondition } from './condition.ts';

/** Process and profile that a SOW starts by the settings: the first whose condition it meets, else the usual one. */
export function launchFor(sow: Sow, { choices, otherwise }: LaunchChoice): Launch {
  return choices.find(({ when }) => evaluateCondition(when, sow).holds) ?? otherwise;
}

/**
 * Why a SOW starts its process, in lines: the condition that it meets; else, of every condition, what it does not meet.
 *
 * @example `Process: the usual one ("process" in procession.yml); the SOW meets no condition of "processes".`, `processes[0], training: deployment is aws, not none.`
 */
export function launchReason(sow: Sow, { choices }: LaunchChoice): readonly string[] {
  const tried = choices.map((choice) => ({ choice, result: evaluateCondition(choice.when, sow) }));
  const index = tried.findIndex(({ result }) => result.holds);
  const met = tried[index];
  if (met !== undefined)
    return [`Process: processes[${index}] in procession.yml, because ${describeCondition(met.choice.when)}.`];
  if (tried.length === 0)
    return [
      'Process: the usual one ("process" in procession.yml; "processes" can name others for some SOWs).',
    ];
  return [
    'Process: the usual one ("process" in procession.yml); the SOW meets no condition of "processes".',
    ...tried.map(
      ({ choice, result }, at) =>
        `processes[${at}], ${choice.process}: asks that ${describeCondition(choice.when)}; ${notMet(result)}.`,
    ),
  ];
}

/** What kept a condition from being met, as far as single comparisons say. */
function notMet({ checks }: ConditionResult): string {
  const failed = checks.filter(({ holds }) => !holds);
  // In `none` a comparison that holds is what keeps it.
  const telling = failed.length === 0 ? checks : failed;
  return telling.map(({ path, seen }) => `${path} is ${seen}`).join(', ');
}

/** Every process and profile that some SOW may start by the settings, the usual one first, each once. */
export function launchesOf({ choices, otherwise }: LaunchChoice): readonly Launch[] {
  const all = [otherwise, ...choices.map(({ process, profile }) => ({ process, profile }))];
  return all.filter(
    (one, index) =>
      all.findIndex((other) => other.process === one.process && other.profile === one.profile) === index,
  );
}
