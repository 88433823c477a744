/** From the proposals of now, the record and what people have answered: what is told, and what is remembered. */
import { addWorkingDays, type Calendar } from '#domain/base/calendar.ts';
import { isOpen, isRefused, type ProposalMemory } from './memory.ts';
import {
  digestOf,
  isSameProposal,
  type Proposal,
  type ProposalAnswer,
  type ProposalName,
  questionOf,
} from './proposal.ts';

/** Working days without an answer to whatever is proposed, after which the manager is called once. */
export const REMIND_AFTER = 5;

/** What is to be told of one proposal, in the comment that the revision names. */
export type ProposalNews = ProposalName & { readonly told: number } & (
    | { readonly what: 'asks'; readonly proposal: Proposal; readonly reminds: boolean }
    | { readonly what: 'answered'; readonly answer: ProposalAnswer }
    /** Nothing is to be done for this cause any more. */
    | { readonly what: 'over' }
  );

/** News to be told, and the memory to be recorded after that. */
export interface SettledProposals {
  readonly news: readonly ProposalNews[];
  readonly memory: readonly ProposalMemory[];
}

interface SettleInput {
  /** Those of now, those that people have said no to among them. */
  readonly wanted: readonly Proposal[];
  readonly memory: readonly ProposalMemory[];
  readonly answers: readonly ProposalAnswer[];
  /** Of the record before this run. */
  readonly revision: number;
  readonly today: string;
  readonly calendar: Calendar;
}

/**
 * Settles every proposal of now and every one that is remembered.
 *
 * | wanted | remembered | answered | what happens |
 * |---|---|---|---|
 * | – or yes | – or yes | applied, dropped | told so; a no is remembered with its digest |
 * | yes | no, or dropped and another question | – | told in a comment of its own |
 * | yes | open, with another digest | – | the comment is written anew; since when it waits stays |
 * | yes | open, the same, for five working days | – | the manager is called, once |
 * | yes | open or dropped, the same | – | nothing |
 * | no | open | – | told that it is over |
 * | no | dropped | – | forgotten |
 */
export function settleProposals(input: SettleInput): SettledProposals {
  const { wanted, memory } = input;
  const names: readonly ProposalName[] = [
    ...memory,
    ...wanted.filter((one) => !memory.some((known) => isSameProposal(known, one))),
  ];
  const settled = names.map((name) => settleOne(name, input));
  return {
    news: settled.flatMap(({ news }) => news ?? []),
    memory: settled.flatMap((one) => one.memory ?? []),
  };
}

interface SettledOne {
  readonly news: ProposalNews | null;
  readonly memory: ProposalMemory | null;
}

function settleOne({ kind, cause }: ProposalName, input: SettleInput): SettledOne {
  const name = { kind, cause };
  const isIt = (other: ProposalName): boolean => isSameProposal(other, name);
  const [known = null, proposal = null, answer = null] = [
    input.memory.find(isIt),
    input.wanted.find(isIt),
    input.answers.find(isIt),
  ];
  const told = known?.told ?? input.revision;
  if (answer !== null) {
    const news: ProposalNews = { ...name, told, what: 'answered', answer };
    if (answer.outcome === 'applied') return { news, memory: null };
    const since = known?.since ?? input.today;
    const { digest } = answer;
    const shown = [known, proposal && shownOf(proposal)].find((one) => one?.digest === digest);
    const memory = { ...name, told, since, reminded: null, digest, question: shown?.question, dropped: true };
    return { news, memory };
  }
  if (proposal === null)
    return {
      news: known !== null && isOpen(known) ? { ...name, told, what: 'over' } : null,
      memory: null,
    };
  return asked(proposal, known, input);
}

function asked(
  proposal: Proposal,
  known: ProposalMemory | null,
  { revision, today, calendar }: SettleInput,
): SettledOne {
  const { kind, cause } = proposal;
  const shown = shownOf(proposal);
  if (known === null || (!isOpen(known) && !isRefused(known, proposal))) {
    const memory = { kind, cause, ...shown, told: revision, since: today, reminded: null, dropped: false };
    return { news: { kind, cause, told: revision, what: 'asks', proposal, reminds: false }, memory };
  }
  if (!isOpen(known)) return { news: null, memory: known };
  const reminds = known.reminded === null && today >= addWorkingDays(known.since, REMIND_AFTER, calendar);
  if (known.digest === shown.digest && !reminds) return { news: null, memory: known };
  const memory = { ...known, ...shown, reminded: reminds ? today : known.reminded };
  // Who was called once stays named in the comment, which calls nobody again.
  const news = { what: 'asks', proposal, reminds: memory.reminded !== null } as const;
  return { news: { kind, cause, told: known.told, ...news }, memory };
}

/** What is remembered of a proposal as it is shown. */
function shownOf(proposal: Proposal): Pick<ProposalMemory, 'digest' | 'question'> {
  const [digest, question] = [digestOf(proposal), questionOf(proposal)];
  return { digest, question: question === digest ? undefined : question };
}

/** The day on which somebody is to be called, of all proposals; `null`: no day. */
export function nextReminder(memory: readonly ProposalMemory[], calendar: Calendar): string | null {
  const days = memory
    .filter((known) => isOpen(known) && known.reminded === null)
    .map(({ since }) => addWorkingDays(since, REMIND_AFTER, calendar))
    .toSorted();
  return days[0] ?? null;
}
