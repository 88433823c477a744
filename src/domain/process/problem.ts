import { type FieldPath, formatPath } from '#domain/base/input-problem.ts';
import type { ProcessDefinition, Step } from './process.ts';

/** A mistake in a process, and where. */
export interface ProcessProblem {
  /** The step's template, or `process.yml`. */
  readonly file: string;
  /** Id of the step, when the problem is in its front matter. */
  readonly step?: string;
  /** Where in the front matter or in `process.yml`; its parts, so that a line can be found. */
  readonly at: FieldPath;
  /** {@link at} for people. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

/** `process.yml` beside the templates of a process. */
export function processFileOf(process: ProcessDefinition): string {
  const template = process.steps[0]?.file ?? '';
  return `${template.slice(0, template.lastIndexOf('/') + 1)}process.yml`;
}

/** A mistake in a step's front matter. */
export function inStep(step: Step, at: FieldPath, message: string, fix: string): ProcessProblem {
  return { file: step.file, step: step.id, at, path: formatPath(at), message, fix };
}

/** A mistake in `process.yml`. */
export function inProcess(file: string, at: FieldPath, message: string, fix: string): ProcessProblem {
  return { file, at, path: formatPath(at), message, fix };
}
