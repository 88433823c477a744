import { didYouMean } from '#domain/base/closest.ts';
import type { InputProblem } from '#domain/base/input-problem.ts';
import { likelyPaths, sowPaths } from '#domain/sow/paths.ts';
import { isAmountPath } from '#domain/sow/subject.ts';
import { inProcess, processFileOf } from './problem.ts';
import type { ProcessDefinition } from './process.ts';

/** What is wrong with the steps, fields of evidence and fields of a SOW by which a deal is handed over. */
export function handOverProblems(process: ProcessDefinition): readonly InputProblem[] {
  const { handsOver, about, steps } = process;
  if (handsOver === undefined) return [];
  const file = processFileOf(process);
  if (about !== 'deal')
    return [
      inProcess(
        file,
        ['hands_over'],
        'only a deal is handed over, and this process is about SOWs',
        'Write about: deal, or remove hands_over.',
      ),
    ];
  const ids = steps.map(({ id }) => id);
  const unknownStep = (id: string, at: readonly string[]): readonly InputProblem[] =>
    ids.includes(id)
      ? []
      : [
          inProcess(
            file,
            ['hands_over', ...at],
            `there is no step "${id}"`,
            didYouMean(id, ids, `The steps are: ${ids.join(', ')}.`),
          ),
        ];
  return [
    ...unknownStep(handsOver.after, ['after']),
    ...Object.entries(handsOver.fields).flatMap(([path, { step, field }]) => [
      ...pathProblems(file, path),
      ...unknownStep(step, ['fields', path, 'step']),
      ...fieldProblems(process, { path, step, field }),
    ]),
  ];
}

/** One value alone can be filled in: no group of fields, no list, and no money, which GitLab does not keep. */
function pathProblems(file: string, path: string): readonly InputProblem[] {
  const known = sowPaths().get(path);
  const at = ['hands_over', 'fields', path];
  if (known === undefined)
    return [
      inProcess(
        file,
        at,
        `a SOW has no field "${path}"`,
        didYouMean(path, [...sowPaths().keys()], likelyText(path)),
      ),
    ];
  if (isAmountPath(path))
    return [inProcess(file, at, `"${path}" is money, which is not kept in GitLab`, 'Leave it to the CRM.')];
  return known.kind === 'object' || known.kind === 'list'
    ? [inProcess(file, at, `"${path}" is more than one value`, 'Name one field in it.')]
    : [];
}

function likelyText(path: string): string {
  const likely = likelyPaths(path.split('.').at(-1) ?? path, 'sow');
  return likely.length === 0
    ? 'The fields of a SOW are in docs/sow.schema.json.'
    : `Did you mean ${likely.join(' or ')}?`;
}

function fieldProblems(
  process: ProcessDefinition,
  { path, step, field }: { readonly path: string; readonly step: string; readonly field: string },
): readonly InputProblem[] {
  const evidence = process.steps.find(({ id }) => id === step)?.done_when.evidence.map((one) => one.field);
  if (evidence === undefined || evidence.includes(field)) return [];
  const fix = didYouMean(field, evidence, `Its fields are: ${evidence.join(', ') || 'none'}.`);
  return [
    inProcess(
      processFileOf(process),
      ['hands_over', 'fields', path, 'field'],
      `the step "${step}" has no evidence field "${field}"`,
      fix,
    ),
  ];
}
