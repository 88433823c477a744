/** What `lint` says about a mapping between two versions of a process. */
import { didYouMean } from '#domain/base/closest.ts';
import { type FieldPath, type InputProblem, problem, shown } from '#domain/base/input-problem.ts';
import { isMadeByCommand, type ProcessDefinition, type Step } from '#domain/process/process.ts';
import { forgottenSteps, type Mapping, mappingFileName } from './mapping.ts';

interface Sides {
  readonly from: ProcessDefinition;
  readonly to: ProcessDefinition;
}

/** Problems of a mapping whose versions are both there; places are fields, for the caller to find their lines. */
export function mappingProblems(mapping: Mapping, sides: Sides): readonly InputProblem[] {
  return [
    ...stepProblems(mapping, sides),
    ...targetProblems(mapping, sides),
    ...forgottenProblems(mapping, sides),
    ...newProblems(mapping, sides),
    ...evidenceProblems(mapping, sides),
  ];
}

/** Problems of the numbers in a mapping. @param versions those that can be read */
export function mappingNumberProblems(
  { from, to }: Pick<Mapping, 'from' | 'to'>,
  name: string,
  versions: readonly number[],
): readonly InputProblem[] {
  const expected = mappingFileName(from, to);
  if (name !== expected)
    return [
      problem(
        { at: ['from'] },
        `the file is called ${name}, and maps version ${from} to version ${to}`,
        `Call it ${expected}, or correct the numbers.`,
      ),
    ];
  if (to <= from)
    return [
      problem(
        { at: ['to'] },
        `expected a version after ${from}, got ${to}`,
        'A mapping leads to a later version; the way back is known from what the migration has done.',
      ),
    ];
  return (['from', 'to'] as const).flatMap((side) => {
    const version = side === 'from' ? from : to;
    if (versions.includes(version)) return [];
    const fix = `Versions that can be read: ${versions.join(', ')}. procession versions lists them.`;
    return [problem({ at: [side] }, `there is no version ${version}, or it cannot be read`, fix)];
  });
}

function stepProblems(mapping: Mapping, sides: Sides): readonly InputProblem[] {
  return Object.entries(mapping.steps).flatMap(([id, { becomes, why }]): InputProblem[] => {
    const before = stepIn(sides.from, id);
    if (before === undefined) return [unknownStep(['steps', id], id, sides.from)];
    if (becomes === null)
      return why === undefined
        ? [
            problem(
              { at: ['steps', id] },
              'nobody is asked for this step any more, and nothing says why',
              'Add why: in a sentence; people read it in the issue that is closed.',
            ),
          ]
        : [];
    const after = stepIn(sides.to, becomes);
    if (after === undefined) return [unknownStep(['steps', id, 'becomes'], becomes, sides.to)];
    if (isMadeByCommand(before) === isMadeByCommand(after)) return [];
    return [
      problem(
        { at: ['steps', id, 'becomes'] },
        `${id} and ${becomes} are not of one kind: only one of them is made by /ps add`,
        'Retire the one and let the other be new.',
      ),
    ];
  });
}

/** Two steps that would be one, and ids that would mean two things while a migration is under way. */
function targetProblems({ steps }: Mapping, { from, to }: Sides): readonly InputProblem[] {
  const entries = Object.entries(steps);
  const moved = entries.flatMap(([id, { becomes }]) =>
    becomes === null || becomes === id ? [] : [[id, becomes]],
  );
  return moved.flatMap(([id = '', becomes = '']): InputProblem[] => {
    const at: FieldPath = ['steps', id, 'becomes'];
    const other = moved.find(([one, same]) => one !== id && same === becomes)?.[0];
    if (other !== undefined)
      return [
        problem(
          { at },
          `${other} becomes ${becomes}, too`,
          'Two steps cannot become one: retire one of them.',
        ),
      ];
    const said = steps[becomes];
    const before = stepIn(from, becomes);
    if (before === undefined || (said !== undefined && said.becomes !== null && said.becomes !== becomes))
      return [];
    const target = stepIn(to, becomes);
    // The issues of a step that is made by command have keys of their own: change-request/1.
    if (said?.becomes === null && target !== undefined && isMadeByCommand(target)) return [];
    return [
      problem(
        { at },
        `version ${from.version} has a step ${becomes} of its own`,
        said?.becomes === null
          ? `Give the step of version ${to.version} an id that version ${from.version} did not use.`
          : `Say what becomes of ${becomes}, or give the step of version ${to.version} another id.`,
      ),
    ];
  });
}

function forgottenProblems(mapping: Mapping, { from, to }: Sides): readonly InputProblem[] {
  return forgottenSteps(mapping, from, to).map((id) =>
    problem(
      { at: ['steps'] },
      `the step ${id} of version ${from.version} is not in version ${to.version}, and nothing says what becomes of it`,
      `Add ${id}: { becomes: … }, or ${id}: { becomes: null, why: … }.`,
    ),
  );
}

function newProblems(mapping: Mapping, { from, to }: Sides): readonly InputProblem[] {
  const images = new Set(
    from.steps.flatMap(({ id }) => {
      const said = mapping.steps[id];
      return said === undefined ? [id] : (said.becomes ?? []);
    }),
  );
  const reused = to.steps
    .filter(({ id }) => !images.has(id) && stepIn(from, id) !== undefined)
    .map(({ id }) =>
      problem(
        { at: ['steps', id] },
        `version ${from.version} has a step ${id} that ends or is called otherwise, and version ${to.version} has a new one of this name`,
        'Give the new step another id: an issue must be of one step while a migration is under way.',
      ),
    );
  const wrong = Object.entries(mapping.new).flatMap(([id, { unless_done }]): InputProblem[] => {
    if (stepIn(to, id) === undefined) return [unknownStep(['new', id], id, to)];
    if (images.has(id))
      return [
        problem(
          { at: ['new', id] },
          `${id} is not new: version ${from.version} has it`,
          'Take the line away.',
        ),
      ];
    return stepIn(to, unless_done) === undefined
      ? [unknownStep(['new', id, 'unless_done'], unless_done, to)]
      : [];
  });
  return [...reused, ...wrong];
}

function evidenceProblems(mapping: Mapping, { from, to }: Sides): readonly InputProblem[] {
  return Object.entries(mapping.evidence).flatMap(([id, fields]): InputProblem[] => {
    const before = stepIn(from, id);
    if (before === undefined) return [unknownStep(['evidence', id], id, from)];
    const said = mapping.steps[id];
    const then = said === undefined ? id : said.becomes;
    const after = then === null ? undefined : stepIn(to, then);
    if (after === undefined)
      return [
        problem(
          { at: ['evidence', id] },
          `${id} does not go on in version ${to.version}`,
          'Take the line away.',
        ),
      ];
    return Object.entries(fields).flatMap(([field, { as }]) => [
      ...fieldProblem(['evidence', id, field], field, before, from),
      ...fieldProblem(['evidence', id, field, 'as'], as, after, to),
    ]);
  });
}

function fieldProblem(
  at: FieldPath,
  field: string,
  step: Step,
  { version }: ProcessDefinition,
): readonly InputProblem[] {
  const names = step.done_when.evidence.map((known) => known.field);
  if (names.includes(field)) return [];
  const fix = names.length === 0 ? 'It asks for no evidence.' : `Its fields: ${names.join(', ')}.`;
  return [
    problem(
      { at },
      `the step ${step.id} of version ${version} has no evidence field ${shown(field)}`,
      didYouMean(field, names, fix),
    ),
  ];
}

function unknownStep(at: FieldPath, id: string, { steps, version }: ProcessDefinition): InputProblem {
  const ids = steps.map((step) => step.id);
  return problem(
    { at },
    `version ${version} has no step ${id}`,
    didYouMean(id, ids, `Its steps: ${ids.join(', ')}.`),
  );
}

function stepIn({ steps }: ProcessDefinition, id: string): Step | undefined {
  return steps.find((step) => step.id === id);
}
