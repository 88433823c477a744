import type { PartEnding } from '#ports/inbox.ts';

/** End of a claim, and the fate of its deliveries. */
export type ClaimEnding =
  | PartEnding
  | { readonly kind: 'retry'; readonly notBefore: string; readonly reason: string }
  | { readonly kind: 'release' };
