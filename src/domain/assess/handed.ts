/**
 * What goes from a deal to its delivery stands in issues that are closed by then, and that every Developer may edit. What
 * stood there when its step was found done is kept as a hash; something else is not handed over unasked.
 */
import type { StepKey } from '#domain/base/keys.ts';
import { textHash } from '#domain/changes/text-hash.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import type { StepStatus } from './step-status.ts';

/** Path in the delivery's SOW → hash of the evidence that goes there. @example `hours.scoped` → 32 digits */
export type Handed = Readonly<Record<string, string>>;

/** Evidence that a process hands over, as it stands in the issue now. */
export interface Evidenced {
  /** `hours.scoped` */
  readonly path: string;
  readonly step: StepKey;
  readonly field: string;
  readonly value: string;
}

interface Facts {
  readonly process: ProcessDefinition;
  readonly steps: readonly StepStatus[];
}

/** What the steps of a deal have for its delivery; what will not do is left out. */
export function handedEvidence(
  { process, steps }: Facts,
  isWanted: (step: StepKey) => boolean = () => true,
): readonly Evidenced[] {
  return Object.entries(process.handsOver?.fields ?? {}).flatMap(([path, { step, field }]) => {
    const status = isWanted(step) ? steps.find(({ key }) => key === step) : undefined;
    const reading = status?.evidence.find((one) => one.field === field);
    const value = reading?.problem === null ? reading.value : null;
    return value === null || value === undefined ? [] : [{ path, step, field, value }];
  });
}

/**
 * What is kept of the evidence of steps that are done: as it was when they were found done first, until their issue is
 * opened again. Of a step that an earlier release has recorded as done nothing is known, and nothing is kept once there is
 * a delivery: what changes then is no longer handed over by itself.
 */
export function handedBy(
  facts: Facts & { readonly chain: readonly unknown[] },
  record: Pick<EngagementRecord, 'done' | 'handed'> | null,
): Handed {
  if (facts.chain.length > 0) return {};
  const done = new Set(facts.steps.flatMap((status) => (status.done ? [status.key] : [])));
  const isKept = (step: StepKey): boolean => record?.done.has(step) === true;
  const before = Object.entries(facts.process.handsOver?.fields ?? {}).flatMap(([path, { step }]) => {
    const kept = done.has(step) && isKept(step) ? record?.handed[path] : undefined;
    return kept === undefined ? [] : [[path, kept] as const];
  });
  const now = handedEvidence(facts, (step) => done.has(step) && !isKept(step));
  return Object.fromEntries([...before, ...now.map(({ path, value }) => [path, textHash(value)] as const)]);
}

/** Whether evidence says something else than when its step was found done. */
export function isChanged({ path, value }: Evidenced, handed: Handed): boolean {
  return handed[path] !== undefined && handed[path] !== textHash(value);
}
