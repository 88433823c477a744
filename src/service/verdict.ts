import type { ReadHeader } from './standard-webhooks.ts';

/** Verdict on whether a body is what the headers claim. */
export type BodyVerdict = 'authentic' | 'unauthentic' | 'not-utf-8';

/**
 * Verdict of the headers alone, before a byte of the body is read, so that a flood of unauthentic deliveries costs
 * almost nothing. `why` is for our log; senders are told nothing.
 */
export type HeaderVerdict =
  | { readonly kind: 'refused'; readonly why: string }
  /** A secret in a header: it proves the sender and says nothing about the body. */
  | { readonly kind: 'authentic' }
  /** Signed: `check` decides, over the raw bytes. `id` is proven with it. */
  | { readonly kind: 'signed'; readonly id: string; check(body: Buffer): BodyVerdict };

/** Proves who sent a delivery. Pure: time is an argument, seconds since 1970. */
export type Verify = (header: ReadHeader, nowSeconds: number) => HeaderVerdict;
