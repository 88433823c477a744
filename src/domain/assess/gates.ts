/**
 * Completion rules of a step beyond its checklist, evidence and approvals: recorded time, labels, on-demand issues, a
 * pipeline. Each says in plain words what it wants, what it sees, and what to do.
 */

import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Step } from '#domain/process/process.ts';
import { runOf } from '#domain/rulings/pipeline-run.ts';
import { runGate } from '#domain/rulings/pipeline-text.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import { plainText } from '#domain/text/foreign-text.ts';

/** Kind of completion rule. */
export type GateKind = 'approval' | 'time-spent' | 'label' | 'instances' | 'pipeline' | 'minutes' | 'change';

/** Gate as it was found. Texts are plain phrases without a full stop. */
export interface GateReading {
  readonly gate: GateKind;
  /** Demand of the rule: `approval by a manager`. */
  readonly wanted: string;
  /** Finding: `approved by mira on 2026-11-25`, `nothing yet`. */
  readonly seen: string;
  /** Reason why the gate is not met; `null`: the gate is met. */
  readonly problem: string | null;
  /** Remedy; empty when the gate is met. */
  readonly todo: string;
}

/** Facts that the gates of one step are read from. */
export interface GateFacts {
  readonly key: StepKey;
  readonly step: Step;
  readonly issue: ActualIssue | null;
  readonly rulings: Rulings;
  /** Titles of steps as everybody may read them. */
  readonly titles: (step: StepKey) => string | null;
  /** Tells whether another step is closed, and not about to be opened again. */
  readonly isOver: (step: StepKey) => boolean;
}

/** Reads the gates of a step in documented order. A step without an issue has none to meet. */
export function readGates(facts: GateFacts): readonly GateReading[] {
  if (facts.issue === null) return [];
  return [...timeGate(facts), ...labelGates(facts), ...instanceGate(facts), ...pipelineGate(facts)];
}

function met(gate: GateKind, wanted: string, seen: string): GateReading {
  return { gate, wanted, seen, problem: null, todo: '' };
}

function timeGate({ step, issue }: GateFacts): readonly GateReading[] {
  const rule = step.done_when.time_spent;
  if (rule === undefined || issue === null) return [];
  const hours = Math.round((issue.timeSpentSeconds / 3600) * 100) / 100;
  const wanted = `at least ${rule.at_least_hours} h of recorded time`;
  if (hours >= rule.at_least_hours) return [met('time-spent', wanted, `${hours} h`)];
  return [
    {
      gate: 'time-spent',
      wanted,
      seen: `${hours} h`,
      problem: `${wanted} is missing (${hours} h so far)`,
      todo: 'Record the time with the quick action /spend, for example: /spend 2h',
    },
  ];
}

function labelGates({ step, issue }: GateFacts): readonly GateReading[] {
  return step.done_when.labels.map((label): GateReading => {
    const wanted = `the label "${plainText(label, 80)}"`;
    if (issue?.labels.includes(label) === true) return met('label', wanted, 'is set');
    return {
      gate: 'label',
      wanted,
      seen: 'is not set',
      problem: `${wanted} is not set`,
      todo: `Set ${wanted} when it is true`,
    };
  });
}

function instanceGate({ step, rulings, titles, isOver }: GateFacts): readonly GateReading[] {
  return step.done_when.instances.flatMap((id): GateReading[] => {
    const all = rulings.instances.filter((instance) => stepIdOf(instance.step) === id);
    const open = all.filter((instance) => !isOver(instance.step));
    const wanted = `every ${id} is closed`;
    if (open.length === 0)
      return [met('instances', wanted, all.length === 0 ? 'there is none' : `${all.length} closed`)];
    const names = open
      .map(({ step: key, title }) => (title === null || title !== titles(key) ? key : `${key} (${title})`))
      .join(', ');
    return [
      {
        gate: 'instances',
        wanted,
        seen: `${open.length} of ${all.length} open`,
        problem: `still open: ${names}`,
        todo: `Finish ${names}`,
      },
    ];
  });
}

function pipelineGate({ step, key, rulings }: GateFacts): readonly GateReading[] {
  if (step.pipeline === undefined) return [];
  return [{ gate: 'pipeline', ...runGate(step.pipeline, runOf(key, rulings.runs)) }];
}
