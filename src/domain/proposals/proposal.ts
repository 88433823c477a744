/**
 * What Procession would do and asks about first. Told in one comment on the epic, answered by `/ps apply`, and carried
 * out only while it is exactly what was shown: its digest says so.
 */
import { canonicalJson, checksum } from '#domain/base/record-line.ts';

/** Kinds of proposals: another SOW, other dates, the end of a deal that is lost, a change that was agreed on, another delivery. */
export const PROPOSAL_KINDS = ['amendment', 'dates', 'withdrawal', 'change', 'hand-over'] as const;
export type ProposalKind = (typeof PROPOSAL_KINDS)[number];

/** Name of a proposal: at a time there is one of a kind for one cause. */
export interface ProposalName {
  readonly kind: ProposalKind;
  /** What it comes from, in lower-case letters, digits and `.-_`. @example `crm`, `change-request-2` */
  readonly cause: string;
}

/** Proposal as things stand now. */
export interface Proposal extends ProposalName {
  /** One line, Markdown without mentions. @example `The SOW has changed (CRM)` */
  readonly title: string;
  /** Markdown lines without mentions: everything that would be done. */
  readonly lines: readonly string[];
  /**
   * Plain data that says exactly what would be done. It must not change through that being half done, or what a crash
   * interrupts could not be carried out to its end.
   */
  readonly does: unknown;
  /**
   * What a no is said to, where that is less than everything that would be done: it is asked again only when this is
   * another. Default: `does`.
   */
  readonly question?: unknown;
  /** Why it would be done, where that is kept with what comes of it. */
  readonly reason?: string;
  /** Why it cannot be applied as it is, without a full stop; `null`: it can. */
  readonly hindrance: string | null;
}

/** Digits of a digest. */
const DIGEST_LENGTH = 12;
/** What people may type of it at least. */
export const SHORTEST_DIGEST = 4;

/** Digest of exactly what would be done. @example `5f1c09d2ab34` */
export function digestOf({ kind, cause, does }: Pick<Proposal, 'kind' | 'cause' | 'does'>): string {
  return checksum(canonicalJson({ kind, cause, does })).slice(0, DIGEST_LENGTH);
}

/** Digest of what a no is said to. */
export function questionOf({ kind, cause, does, question = does }: Proposal): string {
  return digestOf({ kind, cause, does: question });
}

/** Whether two names are the same. */
export function isSameProposal(one: ProposalName, other: ProposalName): boolean {
  return one.kind === other.kind && one.cause === other.cause;
}

/** Answer of a person to a proposal. */
export interface ProposalAnswer extends ProposalName {
  readonly outcome: 'applied' | 'dropped';
  /** Of what was answered. */
  readonly digest: string;
  /** Username. */
  readonly by: string;
  /** Date in the calendar's time zone. */
  readonly on: string;
  /** Of one that was dropped. */
  readonly reason: string | null;
}
