import type { ProcessDefinition } from '#domain/process/process.ts';
import { type EngagementKey, stepIdOf } from './keys.ts';

/** Where a step stands. Exactly one of these is on every issue of ours. `waived` comes from a reasoned exception. */
export const WORKFLOW_STATES = ['blocked', 'ready', 'in progress', 'waiting', 'done', 'waived'] as const;
export type WorkflowState = (typeof WORKFLOW_STATES)[number];

export const HEALTH_STATES = ['on track', 'needs attention', 'at risk'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/** A label as it should exist in the group. `color` is `#RRGGBB`. */
export interface LabelDefinition {
  readonly name: string;
  readonly color: string;
  readonly description: string;
}

/** The scopes whose names `procession.yml` may change: `labels: { workflow: ps-workflow }`. */
export const LABEL_SCOPES = ['process', 'step', 'role', 'workflow', 'health'] as const;
export type LabelScope = (typeof LABEL_SCOPES)[number];
export type LabelRenames = Readonly<Partial<Record<LabelScope, string>>>;

/** The label `scope::value` under the configured name of the scope, for example `workflow::in progress`. */
export function labelName(scope: LabelScope, value: string, renames: LabelRenames = {}): string {
  return `${renames[scope] ?? scope}::${value}`;
}

/** Values of a scope among an item's labels: `['workflow::ready']` → `['ready']`. */
export function labelValues(
  labels: readonly string[],
  scope: LabelScope,
  renames: LabelRenames = {},
): readonly string[] {
  const prefix = labelName(scope, '', renames);
  return labels.filter((label) => label.startsWith(prefix)).map((label) => label.slice(prefix.length));
}

/** The label of one engagement: equal to its SOW number, so that one click on a board shows it alone. */
export function engagementLabel(engagement: EngagementKey): LabelDefinition {
  return { name: engagement, color: '#6699cc', description: 'One engagement: its epic and every step' };
}

const WORKFLOW_COLORS: Readonly<Record<WorkflowState, string>> = {
  blocked: '#8c4646',
  ready: '#1f75cb',
  'in progress': '#5943b6',
  waiting: '#9e5400',
  done: '#217645',
  waived: '#626168',
};

const WORKFLOW_MEANINGS: Readonly<Record<WorkflowState, string>> = {
  blocked: 'An earlier step is not done yet',
  ready: 'Nothing is in the way: start',
  'in progress': 'Somebody is on it',
  waiting: 'Waits for somebody outside the team',
  done: 'Closed, and everything it asks for is there',
  waived: 'Not needed here, with a reason on the issue',
};

const HEALTH_COLORS: Readonly<Record<HealthState, string>> = {
  'on track': '#217645',
  'needs attention': '#9e5400',
  'at risk': '#dd2b0e',
};

/** Every label a process uses beside the engagement's own, each once: created in the group before the first issue carries it. */
export function labelCatalogue(
  process: ProcessDefinition,
  renames: LabelRenames = {},
): readonly LabelDefinition[] {
  const name = (scope: LabelScope, value: string): string => labelName(scope, value, renames);
  const roles = [...new Set(process.steps.map((step) => step.owner))];
  return [
    { name: name('process', process.id), color: '#330066', description: process.name },
    ...WORKFLOW_STATES.map((state) => ({
      name: name('workflow', state),
      color: WORKFLOW_COLORS[state],
      description: WORKFLOW_MEANINGS[state],
    })),
    ...roles.map((role) => ({ name: name('role', role), color: '#0b7f7f', description: `Done by: ${role}` })),
    ...[...new Map(process.steps.map((step) => [stepIdOf(step.id), step.title]))].map(([id, title]) => ({
      name: name('step', id),
      color: '#5e5c64',
      description: title,
    })),
    ...HEALTH_STATES.map((state) => ({
      name: name('health', state),
      color: HEALTH_COLORS[state],
      description: 'Health of the engagement',
    })),
  ];
}
