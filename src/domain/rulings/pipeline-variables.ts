/** What the pipeline of a step is given: variables, inputs. */

import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import type { PipelineRule } from '#domain/process/process.ts';
import { type Subject, withoutAmounts } from '#domain/sow/subject.ts';
import { valuesAt } from '#domain/sow/values.ts';
import { plainText } from '#domain/text/foreign-text.ts';
import { runKey } from './pipeline-run.ts';

/** Variable by which a pipeline is known to belong to a run. */
export const RUN_VARIABLE = 'PROCESSION_RUN';
/** Variable by which an event of a pipeline tells the engagement. */
export const ENGAGEMENT_VARIABLE = 'PROCESSION_ENGAGEMENT';

/** Input by which a pipeline is known to belong to a run, once its configuration makes it the name of the pipeline. */
export const RUN_INPUT = 'procession_run';

const LONGEST_VALUE = 1_000;

/** Values of inputs by their names. */
export type PipelineInputs = Readonly<Record<string, string | number | boolean>>;

interface Run {
  readonly engagement: EngagementKey;
  readonly step: StepKey;
  readonly attempt: number;
}

/** CI/CD variable that a pipeline is started with. */
export interface PipelineVariable {
  readonly key: string;
  readonly value: string;
}

/**
 * Variables of one run: `PROCESSION_RUN`, `PROCESSION_ENGAGEMENT`, `PROCESSION_STEP`, then those of the template. None
 * where the template gives inputs alone: projects that take inputs mostly refuse variables.
 * Amounts are never among them, whatever the settings show elsewhere: who may see jobs need not be who may see prices.
 */
export function pipelineVariables(
  rule: PipelineRule,
  sow: Subject,
  { engagement, step, attempt }: Run,
): readonly PipelineVariable[] {
  if (rule.inputs !== undefined && Object.keys(rule.variables).length === 0) return [];
  const known = withoutAmounts(sow);
  return [
    { key: RUN_VARIABLE, value: runKey(engagement, step, attempt) },
    { key: ENGAGEMENT_VARIABLE, value: engagement },
    { key: 'PROCESSION_STEP', value: step },
    ...Object.entries(rule.variables).map(([key, given]) => ({
      key,
      value: typeof given === 'string' ? given : fromSow(known, given.from),
    })),
  ];
}

/** Inputs of one run: `procession_run`, then those of the template; `null` where the template gives none. */
export function pipelineInputs(
  { inputs }: PipelineRule,
  sow: Subject,
  { engagement, step, attempt }: Run,
): PipelineInputs | null {
  if (inputs === undefined) return null;
  const known = withoutAmounts(sow);
  return {
    [RUN_INPUT]: runKey(engagement, step, attempt),
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, given]) => [
        name,
        typeof given === 'object' ? fromSow(known, given.from) : given,
      ]),
    ),
  };
}

/**
 * One line of the SOW's own words. GitLab puts other variables in the place of `$NAME` in a value, secrets of the project
 * among them, so the sign is left out.
 *
 * @see https://docs.gitlab.com/ci/variables/where_variables_can_be_used/#expansion-mechanisms
 */
function fromSow(sow: Subject, path: string): string {
  const values = valuesAt(sow, path).filter((value) => typeof value !== 'object');
  return plainText(values.map(String).join(',').replaceAll('$', ''), LONGEST_VALUE);
}
