import type { EngagementKey } from '#domain/base/keys.ts';

/** SOW that a deal names, and that is not of this deal. */
export interface Taken {
  readonly key: EngagementKey;
  /** The deal that it came of; `null`: it is of another customer, or no delivery. */
  readonly deal: EngagementKey | null;
  /** Process about deals by which the engagement with this number runs: it is a deal itself, under the number of its SOW. */
  readonly process?: string;
}

/** Says why a SOW is not of a deal, as half a sentence. @example `SOW-1042 is the SOW of DEAL-88121 already` */
export function takenText({ key, deal, process }: Taken): string {
  if (process !== undefined)
    return `${key} is no delivery, but an engagement of ${process} under the number of its SOW`;
  return deal === null ? `${key} runs already, for another customer` : `${key} is the SOW of ${deal} already`;
}

/** Says what to do about a SOW that is not of a deal. @param otherwise where the number itself is wrong */
export function takenFix({ key, process }: Taken, otherwise: string): string {
  return process === undefined
    ? otherwise
    : `Give that engagement the key of its deal, and the number is free: procession migrate ${process} --to <n> ${key} (docs/deals.md)`;
}
