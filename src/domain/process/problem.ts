import { type FieldPath, type InputProblem, problem } from '#domain/base/input-problem.ts';
import type { ProcessDefinition, Step } from './process.ts';

/** `process.yml` beside the templates of a process. */
export function processFileOf(process: ProcessDefinition): string {
  const template = process.steps[0]?.file ?? '';
  return `${template.slice(0, template.lastIndexOf('/') + 1)}process.yml`;
}

/** Problem in the front matter of a step. */
export function inStep(step: Step, at: FieldPath, message: string, fix: string): InputProblem {
  return problem({ file: step.file, at }, message, fix);
}

/** Problem in `process.yml`. */
export function inProcess(file: string, at: FieldPath, message: string, fix: string): InputProblem {
  return problem({ file, at }, message, fix);
}
