import type { EngagementKey } from '#domain/base/keys.ts';

/** SOW that a deal names, and that is not of this deal. */
export interface Taken {
  readonly key: EngagementKey;
  /** The deal that it came of; `null`: it is of another customer. */
  readonly deal: EngagementKey | null;
}

/** Says why a SOW is not of a deal, as half a sentence. @example `SOW-1042 is the SOW of DEAL-88121 already` */
export function takenText({ key, deal }: Taken): string {
  return deal === null ? `${key} runs already, for another customer` : `${key} is the SOW of ${deal} already`;
}
