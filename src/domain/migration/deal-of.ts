import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { type Deal, sowsOf } from '#domain/sow/deal.ts';

/** Deal with the file that it stands in. */
export interface DealFile {
  readonly file: string;
  readonly deal: Deal;
}

/**
 * The deal that names an engagement as its SOW, or why there is none.
 *
 * @param named somebody has named these files, and no others count
 */
export function dealOf(
  engagement: EngagementKey,
  files: readonly DealFile[],
  named: boolean,
): DealFile | { readonly problem: InputProblem } {
  const [one, second] = files.filter(({ deal }) => sowsOf(deal).includes(engagement));
  if (one === undefined) return { problem: unnamed(engagement, named ? files : []) };
  if (second === undefined) return one;
  return {
    problem: problem(
      { at: engagement },
      `${one.deal.deal.key} (${one.file}) and ${second.deal.deal.key} (${second.file}) both name it as their SOW`,
      'A SOW comes of one deal: correct the other, or name the file: --deal deals/DEAL-<n>.yml',
    ),
  };
}

function unnamed(engagement: EngagementKey, files: readonly DealFile[]): InputProblem {
  const [other] = files;
  if (other === undefined)
    return problem(
      { at: engagement },
      'this version is about deals, and no file in deals/ names it as its SOW',
      `Write deals/DEAL-<n>.yml with sow: { number: ${engagement} } (docs/deals.md), or name a file elsewhere: --deal <file>`,
    );
  const sows = sowsOf(other.deal);
  return problem(
    { file: other.file, at: ['sow', 'number'] },
    sows.length === 0
      ? `${other.deal.deal.key} names no SOW, and ${engagement} is to become it`
      : `${other.deal.deal.key} names ${sows.join(' and ')}, not ${engagement}`,
    `Where ${engagement} came of this deal, write it there: sow: { number: ${engagement} }. Else name the file of its own deal.`,
  );
}
