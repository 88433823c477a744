/** What another decision about the same facts decides differently. */
import type { Broken, Decided } from './decision-record.ts';
import type { StepKey } from './keys.ts';
import type { WorkflowState } from './labels.ts';

/** Where a step stands, and why. */
export interface Standing {
  /** `null`: it is no part of the engagement. */
  readonly state: WorkflowState | null;
  readonly broken: readonly Broken[];
  /** One sentence without a full stop. */
  readonly why: string;
}

export interface StepDifference {
  readonly step: StepKey;
  readonly was: Standing;
  readonly now: Standing;
}

export interface DecisionDifference {
  readonly steps: readonly StepDifference[];
  /** `null`: the same. */
  readonly epic: { readonly was: Decided['epic']; readonly now: Decided['epic'] } | null;
  readonly verdict: { readonly was: Decided['verdict']; readonly now: Decided['verdict'] } | null;
  /** Actions that would be taken as well. */
  readonly added: readonly string[];
  /** Actions that would no longer be taken. */
  readonly gone: readonly string[];
}

/** `null` when both decide the same. Reasons are told and not compared: their wording is nobody's rule. */
export function compareDecisions(was: Decided, now: Decided): DecisionDifference | null {
  const keys = [...new Set([...now.steps, ...was.steps].map(({ step }) => step))];
  const difference: DecisionDifference = {
    steps: keys
      .map((step) => ({ step, was: standingOf(step, was), now: standingOf(step, now) }))
      .filter((pair) => standingText(pair.was) !== standingText(pair.now)),
    epic: was.epic === now.epic ? null : { was: was.epic, now: now.epic },
    verdict: was.verdict === now.verdict ? null : { was: was.verdict, now: now.verdict },
    added: without(now.actions, was.actions),
    gone: without(was.actions, now.actions),
  };
  const { steps, epic, verdict, added, gone } = difference;
  const isSame = steps.length + added.length + gone.length === 0 && epic === null && verdict === null;
  return isSame ? null : difference;
}

function standingOf(key: StepKey, { steps, excluded }: Decided): Standing {
  const found = steps.find(({ step }) => step === key);
  if (found !== undefined) return { state: found.state, broken: found.broken, why: found.why };
  const why = excluded.find(({ step }) => step === key)?.why ?? 'the process has no such step';
  return { state: null, broken: [], why };
}

function standingText({ state, broken }: Standing): string {
  const rules = broken.map(({ rule, missing }) => [rule, ...missing.toSorted()].join(', '));
  return [state ?? '', ...rules.toSorted()].join('; ');
}

/** Each text of `others` takes one equal text away. */
function without(texts: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return texts.filter((text) => {
    const at = left.indexOf(text);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
