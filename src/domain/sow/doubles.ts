/** SOW files that name one engagement: each would undo what the other asks for. */

import { type InputProblem, problem } from '#domain/base/input-problem.ts';

/** A SOW file and the number in it. */
export interface NumberedFile {
  readonly file: string;
  readonly number: string;
  /** Line of the number, from 1. */
  readonly line: number | null;
}

/** One error for each file whose number another file has too. */
export function doubledNumbers(files: readonly NumberedFile[]): readonly InputProblem[] {
  return [...Map.groupBy(files, ({ number }) => number).values()]
    .filter((same) => same.length > 1)
    .flatMap((same) => same.map((one) => doubled(one, same)));
}

function doubled({ file, number, line }: NumberedFile, same: readonly NumberedFile[]): InputProblem {
  const others = same.filter((other) => other.file !== file).map((other) => other.file);
  return problem(
    { file, line, at: ['sow', 'number'] },
    `${number} is also the number of ${others.join(' and ')}`,
    'Give one of them its own number; move a SOW that is not worked on any more to sows/archive/.',
  );
}
