import type { Deliverable } from '#domain/sow/sow.ts';

/** Item of a SOW that has an issue of its own. */
export interface Item {
  /** As the SOW has it: `D3`, `M2 Primary site`, an SKU. */
  readonly id: string;
  readonly title: string;
  readonly acceptance_criteria?: string | undefined;
  readonly milestone?: string | undefined;
  readonly quantity?: number | undefined;
  readonly hours?: number | undefined;
  /** Deliverables that it stands for. */
  readonly deliverables: readonly Deliverable[];
}
