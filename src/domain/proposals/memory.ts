/** What the record keeps of a proposal, so that it is told once, and not asked again after a no. */
import { z } from 'zod';
import { PROPOSAL_KINDS } from './proposal.ts';

export const ProposalMemory = z.looseObject({
  kind: z.enum(PROPOSAL_KINDS),
  cause: z.string().min(1),
  /** Of what the comment shows. */
  digest: z.string(),
  /** Revision of the record before it was told: names the comment, so that a later proposal gets one of its own. */
  told: z.int().min(0),
  /** The day it was told. */
  since: z.iso.date(),
  /** The day the manager was reminded. */
  reminded: z.iso.date().nullable().default(null),
  /** Somebody has said no to what has this digest: it is not asked again. */
  dropped: z.boolean().default(false),
});
export type ProposalMemory = Readonly<z.infer<typeof ProposalMemory>>;

/** Whether a proposal waits for an answer. */
export function isOpen({ dropped }: Pick<ProposalMemory, 'dropped'>): boolean {
  return !dropped;
}
