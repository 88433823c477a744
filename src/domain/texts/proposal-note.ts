/** The comment on the epic that asks about a proposal, and says what became of it. */
import { callManager } from '#domain/assess/outlook.ts';
import { ended } from '#domain/base/sentence.ts';
import { digestOf, type Proposal, type ProposalAnswer } from '#domain/proposals/proposal.ts';
import type { ProposalNews } from '#domain/proposals/settle.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { type BlockContext, whereToComment } from './block-context.ts';
import { type NoteRule, noteBody, SETTLED } from './notes.ts';

/** Rule of the comment about one proposal: a later one of the same cause gets a comment of its own. */
export function proposalRule({ kind, cause, told }: Pick<ProposalNews, 'kind' | 'cause' | 'told'>): NoteRule {
  return `proposal:${kind}:${cause}:${told}`;
}

/** Text of the comment about a proposal. */
export function proposalNote(news: ProposalNews, context: BlockContext): string {
  return noteBody(proposalRule(news), proposalText(news, context));
}

function proposalText(news: ProposalNews, context: BlockContext): string {
  switch (news.what) {
    case 'asks':
      return askingText(news.proposal, { calls: news.reminds || news.kind === 'withdrawal' }, context);
    case 'answered':
      return answeredText(news.answer);
    case 'over':
      return `${SETTLED} What was proposed here is no longer asked for.`;
  }
}

function askingText(
  proposal: Proposal,
  { calls }: { readonly calls: boolean },
  context: BlockContext,
): string {
  const { title, lines, hindrance } = proposal;
  return [
    `${calls ? callManager(context) : ''}**${ended(title)}**`,
    '',
    ...lines,
    '',
    hindrance === null ? howToAnswer(proposal, context) : `It cannot be applied: ${ended(hindrance)}`,
  ]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n');
}

function howToAnswer(proposal: Proposal, { holder }: BlockContext): string {
  return `Nothing of this holds until a manager says so: comment \`/ps apply ${digestOf(proposal)}\` ${whereToComment(holder)}. \`/ps apply no <reason>\` leaves everything as it is.`;
}

function answeredText({ outcome, by, on, reason }: ProposalAnswer): string {
  const said = reason === null ? '' : `: ${inlineText(reason)}`;
  return outcome === 'applied'
    ? `${SETTLED} Applied, as \`${by}\` said on ${on}.`
    : `${SETTLED} Left as it was, as \`${by}\` said on ${on}${ended(said)}`;
}
