/** A deal that names another SOW than the one whose delivery runs: asked about before anything is launched or let go of. */
import { formatProblem } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { Proposal, ProposalAnswer } from '#domain/proposals/proposal.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import type { Assessment } from './step-status.ts';

/** At a time there is one such question. */
const CAUSE = 'number';

/** The question about the SOW of a deal that has another number than the delivery that was handed over. */
export function renamedProposals({
  engagement,
  handOver,
  chain,
}: Pick<Assessment, 'engagement' | 'handOver' | 'chain'>): readonly Proposal[] {
  if (handOver.kind !== 'renamed') return [];
  const { from, to, problems } = handOver;
  const before = from.map(({ key }) => key);
  const isThere = chain.some(({ key }) => key === to);
  return [
    {
      kind: 'hand-over',
      cause: CAUSE,
      title: `${engagement} names ${to} now, and its delivery is ${before.join(' and ')}`,
      lines: [
        isThere
          ? `- **${to}** is there already, and stays with this deal.`
          : `- **${to}** would be launched as a delivery of its own, with everything that this deal hands over.`,
        ...from.map(
          ({ key, title, url }) =>
            `- [${key}](${url}) ${inlineText(title)} would be let go of: this deal waits for it no more. It goes on until somebody ends it, with \`/ps withdraw <reason>\` on its epic.`,
        ),
        '',
        `If the new number is the mistake, put ${before.join(' and ')} back: this question goes by itself. If both are right, the deal names both (\`sow.number\` and \`sow.others\`).`,
      ],
      does: { from: before.toSorted(), to },
      hindrance:
        problems.length === 0
          ? null
          : `${to} cannot be launched: ${inlineText(problems.map(formatProblem).join('; '))}`,
    },
  ];
}

/** Deliveries that a deal lets go of by an answer. @param before the assessment that people have seen */
export function letGoBy(
  answers: readonly ProposalAnswer[],
  { handOver }: Pick<Assessment, 'handOver'>,
): readonly EngagementKey[] {
  const isApplied = answers.some(
    ({ kind, cause, outcome }) => kind === 'hand-over' && cause === CAUSE && outcome === 'applied',
  );
  return isApplied && handOver.kind === 'renamed' ? handOver.from.map(({ key }) => key) : [];
}
