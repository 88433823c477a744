import type { InputProblem } from '#domain/base/input-problem.ts';
import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import type { Chained } from '#domain/record/chained.ts';
import type { Sow } from '#domain/sow/sow.ts';

/** What a deal hands over. */
export type HandOver =
  /** It is not the time, or the process hands nothing over. */
  | { readonly kind: 'not-yet' }
  /** The deal is signed, and not everything is there that the delivery begins with. */
  | {
      readonly kind: 'waits';
      /** Stage of the deal, where its source is to say that it is won; `null`: it is. */
      readonly stage: string | null;
      /** Open steps whose evidence goes to the delivery. */
      readonly open: readonly StepKey[];
    }
  /** The deal is won and signed, and what is known of it makes no SOW. */
  | { readonly kind: 'incomplete'; readonly problems: readonly InputProblem[] }
  | { readonly kind: 'ready'; readonly sow: Sow }
  /** The delivery is there. */
  | { readonly kind: 'done'; readonly sow: EngagementKey }
  /** A delivery is there that the deal does not name any more, and it names another SOW. */
  | {
      readonly kind: 'renamed';
      readonly from: readonly Chained[];
      readonly to: EngagementKey;
      /** What keeps the other SOW from being launched; empty where it can be, or is there. */
      readonly problems: readonly InputProblem[];
    };
