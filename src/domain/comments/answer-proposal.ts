/** `/ps apply`: what was proposed is carried out while it is what was shown, or left as it is. */
import { appliedChange, requestOf } from '#domain/assess/change-proposals.ts';
import { BY_MANAGER, WON_AGAIN } from '#domain/assess/withdrawal.ts';
import { isOpen } from '#domain/proposals/memory.ts';
import { digestOf, isSameProposal, type Proposal, type ProposalAnswer } from '#domain/proposals/proposal.ts';
import { isOpenReplan, type Rulings } from '#domain/rulings/rulings.ts';
import { done, type Effect, type EffectContext, given, refused, text } from './effect.ts';
import type { Command } from './read-arguments.ts';
import { replan } from './replan-command.ts';

/** A proposal as it stands now, and as it was shown. */
interface Shown {
  readonly proposal: Proposal;
  readonly now: string;
  /** `null`: it was not shown yet. */
  readonly shown: string | null;
  readonly isOpen: boolean;
}

/** Carries `/ps apply` out. */
export function answerProposal(command: Extract<Command, { name: 'apply' }>, context: EffectContext): Effect {
  const { hold } = context.assessment.rulings;
  if (areDatesMeant(command, context))
    return replan(
      { name: 'replan', what: command.no ? 'drop' : 'apply', cause: null, reason: command.reason },
      context,
    );
  const chosen = choose(command, context);
  if (typeof chosen === 'string') return refused(chosen);
  const { proposal, now, shown } = chosen;
  if (hold !== null && !command.no && proposal.kind !== 'withdrawal')
    return refused(`${context.assessment.engagement} is on hold; write \`/ps resume\` first`);
  const wanted = command.digest ?? shown;
  // A few digits are found again by trying other texts: they name what is shown, and say no more than that.
  const isSeen = shown === now || wanted === now;
  if (wanted === null || !isSeen || !now.startsWith(wanted))
    return refused(
      `what is proposed is no longer what was shown. Its comment shows it as it is now; then write \`/ps apply ${now}\``,
    );
  if (!command.no && proposal.hindrance !== null) return refused(proposal.hindrance);
  if (!command.no && changesSow(proposal) && context.effects.proposals.some(changesSow))
    return refused(
      'the SOW has just changed by something else that was applied. The comment about this one shows it anew',
    );
  const { by, on } = given(context);
  const { kind, cause } = proposal;
  const outcome = command.no ? 'dropped' : 'applied';
  const answer = {
    kind,
    cause,
    outcome,
    digest: now,
    by,
    on,
    reason: command.no ? command.reason : null,
  } as const;
  return done(context, {
    rulings: ruledBy(proposal, outcome, context),
    effects: { proposals: [...context.effects.proposals, answer] },
    reply: text(command.no ? `Left as it is: ${proposal.title}.` : `Applied: ${proposal.title}.`),
  });
}

/** Whether dates are all that is proposed: then nobody has to know that they have a command of their own. */
function areDatesMeant({ digest }: Extract<Command, { name: 'apply' }>, context: EffectContext): boolean {
  const isElse = proposalsShown(context).some((one) => one.isOpen);
  return digest === null && !isElse && context.assessment.rulings.replans.some(isOpenReplan);
}

function changesSow({
  kind,
  outcome = 'applied',
}: Pick<Proposal, 'kind'> & Partial<Pick<ProposalAnswer, 'outcome'>>): boolean {
  return outcome === 'applied' && (kind === 'amendment' || kind === 'change');
}

function ruledBy(
  proposal: Proposal,
  outcome: ProposalAnswer['outcome'],
  context: EffectContext,
): Partial<Rulings> {
  if (proposal.kind === 'withdrawal') return turned(proposal, outcome, context);
  const request = requestOf(proposal, context.assessment);
  if (request === undefined || outcome === 'dropped') return {};
  const { assessment } = context;
  const applied = appliedChange(request, assessment, given(context));
  return { changes: [...assessment.rulings.changes, ...applied] };
}

/** Rulings after an answer about the end of an engagement. */
function turned(
  { cause, reason = '' }: Proposal,
  outcome: 'applied' | 'dropped',
  context: EffectContext,
): Partial<Rulings> {
  const { hold, holds } = context.assessment.rulings;
  const about = given(context);
  const over = hold === null ? holds : [...holds, { from: hold.on, to: about.on }];
  if (outcome === 'dropped') return cause === BY_MANAGER ? { withdrawal: null } : {};
  if (cause === WON_AGAIN) return { hold: null, holds: over };
  return { hold: { reason, withdrawn: { cause }, ...about }, holds: over, withdrawal: null };
}

/** The proposal that is meant, or why none is. */
function choose({ digest }: Extract<Command, { name: 'apply' }>, context: EffectContext): Shown | string {
  const all = proposalsShown(context);
  if (digest !== null) {
    const named = all.filter(
      ({ now, shown }) => now.startsWith(digest) || shown?.startsWith(digest) === true,
    );
    const [only] = named;
    if (only !== undefined && named.length === 1) return only;
    return only === undefined
      ? `nothing that is proposed has the digest \`${digest}\`${listOf(all)}`
      : `more than one proposal has a digest that begins with \`${digest}\`${listOf(named)}`;
  }
  const open = all.filter((one) => one.isOpen);
  const [only] = open;
  if (only !== undefined && open.length === 1) return only;
  return only === undefined ? 'nothing is proposed' : `more than one thing is proposed${listOf(open)}`;
}

function proposalsShown({ proposals, assessment, effects }: EffectContext): readonly Shown[] {
  return proposals
    .filter((proposal) => !effects.proposals.some((answer) => isSameProposal(answer, proposal)))
    .map((proposal) => {
      const known = assessment.proposals.find((memory) => isSameProposal(memory, proposal));
      return {
        proposal,
        now: digestOf(proposal),
        shown: known?.digest ?? null,
        isOpen: known === undefined || isOpen(known),
      };
    });
}

function listOf(shown: readonly Shown[]): string {
  return shown.map(({ proposal, now }) => `; \`/ps apply ${now}\`: ${proposal.title}`).join('');
}
