/** End of a claim, and the fate of its deliveries. */
export type ClaimEnding =
  | { readonly kind: 'done'; readonly now: string; readonly why: string | null }
  | { readonly kind: 'retry'; readonly notBefore: string; readonly reason: string }
  | { readonly kind: 'bury'; readonly reason: string }
  | { readonly kind: 'release' };
