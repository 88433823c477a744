/** What becomes of the deliveries of a claim when it ends. */
export type ClaimEnding =
  | { readonly kind: 'done'; readonly now: string; readonly why: string | null }
  | { readonly kind: 'retry'; readonly notBefore: string; readonly reason: string }
  | { readonly kind: 'bury'; readonly reason: string }
  | { readonly kind: 'release' };
