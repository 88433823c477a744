/** What the record keeps of a proposal, so that it is told once, and not asked again after a no. */
import { z } from 'zod';
import { digestOf, PROPOSAL_KINDS, type Proposal, questionOf } from './proposal.ts';

export const ProposalMemory = z.looseObject({
  kind: z.enum(PROPOSAL_KINDS),
  cause: z.string().min(1),
  /** Of what the comment shows. */
  digest: z.string(),
  /** Digest of what a no is said to, where that is less; absent: the digest. */
  question: z.string().optional(),
  /** Revision of the record before it was told: names the comment, so that a later proposal gets one of its own. */
  told: z.int().min(0),
  /** The day it was told. */
  since: z.iso.date(),
  /** The day the manager was reminded. */
  reminded: z.iso.date().nullable().default(null),
  /** Somebody has said no: it is not asked again until the question is another one. */
  dropped: z.boolean().default(false),
});
export type ProposalMemory = Readonly<z.infer<typeof ProposalMemory>>;

/** Whether somebody has said no to what a proposal asks. */
export function isRefused(known: ProposalMemory, proposal: Proposal): boolean {
  const { dropped, digest, question = digest } = known;
  return dropped && (question === questionOf(proposal) || digest === digestOf(proposal));
}

/** Whether a proposal waits for an answer. */
export function isOpen({ dropped }: Pick<ProposalMemory, 'dropped'>): boolean {
  return !dropped;
}
