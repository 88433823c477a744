/** Proposals told on the epic, and what the record keeps of them. */
import { requestOf } from '#domain/assess/change-proposals.ts';
import type { ProposalMemory } from '#domain/proposals/memory.ts';
import { type SettledProposals, settleProposals } from '#domain/proposals/settle.ts';
import { proposalNote, proposalRule } from '#domain/texts/proposal-note.ts';
import type { Action } from './action.ts';
import type { Draft, PlanInput } from './input.ts';

/** Settles the proposals of a run; while the engagement is stopped what was asked stays as it is, and nobody is reminded. */
export function proposalsNow(
  { facts, settings }: Pick<PlanInput, 'facts' | 'settings'>,
  { stopped }: { readonly stopped: boolean },
): SettledProposals {
  const { assessment, found, asking } = facts;
  const memory = found.record?.proposals ?? [];
  if (asking === undefined) return { news: [], memory };
  const settled = settleProposals({
    ...asking,
    memory,
    revision: found.record?.revision ?? 0,
    today: assessment.today,
    calendar: settings.calendar,
  });
  return stopped ? whileStopped(settled, memory) : settled;
}

/** What comes from a source is told all the same: it is not lost, and decides whether the engagement goes on. */
function whileStopped(
  { news, memory }: SettledProposals,
  before: readonly ProposalMemory[],
): SettledProposals {
  const isTold = ({ kind }: Pick<ProposalMemory, 'kind'>): boolean =>
    kind === 'amendment' || kind === 'withdrawal';
  return {
    news: news.filter(isTold),
    memory: [...before.filter((one) => !isTold(one)), ...memory.filter(isTold)],
  };
}

/** Tells what is new about proposals, each in its one comment: on the request that it comes from, else on the epic. */
export function planProposals({
  proposals,
  context,
}: Pick<Draft, 'proposals' | 'context'>): readonly Action[] {
  return proposals.news.map((news): Action => {
    const request = requestOf(news, context.assessment);
    return {
      kind: 'write-note',
      target: request === undefined ? { kind: 'epic' } : { kind: 'step', step: request.key },
      rule: proposalRule(news),
      body: proposalNote(news, context),
      ...(news.what === 'asks' ? { once: true, counted: true } : { ends: true }),
    };
  });
}
