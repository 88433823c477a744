import type { Identified } from '#domain/record/identify.ts';

/** Why nothing can be decided about an engagement. */
export type Undecided =
  | { readonly kind: 'absent' }
  /** The SOW is not won yet. */
  | { readonly kind: 'not-won'; readonly stage: string }
  | { readonly kind: 'record-damaged'; readonly reason: string; readonly found: Identified }
  /** `foreign`: its tracking issue was made by somebody unknown. `moved`: it goes on in an epic, and GitLab shows none. */
  | {
      readonly kind: 'out-of-reach';
      readonly why: 'foreign' | 'moved';
      readonly reference: string;
      readonly author: string;
    }
  | { readonly kind: 'unknown-process'; readonly process: string; readonly profile: string | null };
