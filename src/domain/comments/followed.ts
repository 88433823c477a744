import type { StepKey } from '#domain/base/keys.ts';

/** What is said to who gave a command. */
export type Reply =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'help' | 'status' }
  | { readonly kind: 'explain'; readonly step: StepKey | null };
