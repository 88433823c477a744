import { type EngagementKey } from './keys.ts';

/**
 * Where a step stands. Exactly one of these is on every issue of ours. `waived` comes from a reasoned exception,
 * `withdrawn` from an engagement that was given up.
 */
export const WORKFLOW_STATES = [
  'blocked',
  'ready',
  'in progress',
  'waiting',
  'done',
  'waived',
  'withdrawn',
] as const;
export type WorkflowState = (typeof WORKFLOW_STATES)[number];

/** State of an issue that nobody is asked for any more. */
const RETIRED = 'retired';

export const HEALTH_STATES = ['on track', 'needs attention', 'at risk'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/** What is known of the money once an engagement is closed. */
export const MONEY_STATES = ['open', 'completed'] as const;
export type MoneyState = (typeof MONEY_STATES)[number];

/** A label as it should exist in the group. `color` is `#RRGGBB`. */
export interface LabelDefinition {
  readonly name: string;
  readonly color: string;
  readonly description: string;
}

/** The scopes whose names `procession.yml` may change: `labels: { workflow: ps-workflow }`. */
export const LABEL_SCOPES = ['process', 'step', 'role', 'workflow', 'health', 'money'] as const;
export type LabelScope = (typeof LABEL_SCOPES)[number];
export type LabelRenames = Readonly<Partial<Record<LabelScope, string>>>;

/** The label `scope::value` under the configured name of the scope, for example `workflow::in progress`. */
export function labelName(scope: LabelScope, value: string, renames: LabelRenames = {}): string {
  return `${renames[scope] ?? scope}::${value}`;
}

/** Label of an issue that was closed because nobody is asked for it any more, as the group has it. */
export function retiredLabelDefinition(renames: LabelRenames): LabelDefinition {
  return {
    name: labelName('workflow', RETIRED, renames),
    color: '#626168',
    description: 'Nobody is asked for it any more: the process has changed',
  };
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
