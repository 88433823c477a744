/** SOW files that name one engagement: each would undo what the other asks for. */

import { type InputProblem, problem, warning } from '#domain/base/input-problem.ts';
import type { Deal } from './deal.ts';
import type { Sow } from './sow.ts';

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

/** One error for each deal that names a SOW which an earlier one has: a SOW comes of one deal. */
export function sharedSows(
  deals: readonly { readonly file: string; readonly deal: Deal }[],
): readonly InputProblem[] {
  const first = new Map<string, string>();
  return deals.flatMap(({ file, deal: { deal, sow } }) =>
    [...new Set([sow?.number ?? [], sow?.others ?? []].flat())].flatMap((number) => {
      const other = first.get(number);
      if (other === undefined) first.set(number, `${deal.key} (${file})`);
      return other === undefined
        ? []
        : [
            problem(
              { file, at: ['sow', 'number'] },
              `${number} is the SOW of ${other} already; ${deal.key} cannot have it, too`,
              'Give each deal the SOWs that came of it, or move a deal that is not worked on any more to deals/archive/.',
            ),
          ];
    }),
  );
}

/**
 * One warning for each SOW that has customer, signing day and opportunity of another one with another number: its number
 * was corrected, perhaps, and the engagement of the old number runs on.
 */
export function renumbered(
  sows: readonly { readonly file: string; readonly sow: Sow }[],
): readonly InputProblem[] {
  const groups = Map.groupBy(sows, ({ sow }) => dealOf(sow));
  return [...groups].flatMap(([deal, same]) => {
    const [first, ...others] = same;
    if (deal === null || first === undefined) return [];
    return others
      .filter(({ sow }) => sow.sow.number !== first.sow.sow.number)
      .map(({ file, sow }) =>
        warning(
          { file, at: ['sow', 'number'] },
          `${sow.sow.number} has the customer, the signing day and the opportunity of ${first.sow.sow.number} (${first.file})`,
          `If the number was corrected: keep ${first.sow.sow.number}, which is the engagement in GitLab, or move ${first.file} to sows/archive/ and end its epic. Two SOWs of one deal are fine.`,
        ),
      );
  });
}

function dealOf({ customer, sow, opportunity }: Sow): string | null {
  if (opportunity?.url === undefined) return null;
  return JSON.stringify([customer.name.toLowerCase(), sow.signed_on, opportunity.url]);
}
