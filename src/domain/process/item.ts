import { checksum } from '#domain/base/record-line.ts';
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

/** Longest that fits the key of a step. */
const LONGEST_SLUG = 40;

/** Part of a step's key: items whose ids have the same one would share an issue. @example `M2 Primary site` → `m2-primary-site` */
export function slugOf(id: string): string {
  const words =
    id
      .normalize('NFKD')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  const slug = words.join('-').slice(0, LONGEST_SLUG).replace(/-+$/, '');
  // Nothing in letters that a key can hold.
  return slug === '' ? checksum(id) : slug;
}
