import { stepIdOf } from '#domain/base/keys.ts';
import {
  HEALTH_STATES,
  type HealthState,
  type LabelDefinition,
  type LabelRenames,
  type LabelScope,
  labelName,
  MONEY_STATES,
  type MoneyState,
  WORKFLOW_STATES,
  type WorkflowState,
} from '#domain/base/labels.ts';
import { isElsewhere, type ProcessDefinition } from './process.ts';

const WORKFLOW_COLORS: Readonly<Record<WorkflowState, string>> = {
  blocked: '#8c4646',
  ready: '#1f75cb',
  'in progress': '#5943b6',
  waiting: '#9e5400',
  done: '#217645',
  waived: '#626168',
  withdrawn: '#626168',
};

const WORKFLOW_MEANINGS: Readonly<Record<WorkflowState, string>> = {
  blocked: 'An earlier step is not done yet',
  ready: 'Nothing is in the way: start',
  'in progress': 'Somebody is on it',
  waiting: 'Waits for somebody outside the team',
  done: 'Closed, and everything it asks for is there',
  waived: 'Not needed here, with a reason on the issue',
  withdrawn: 'Not done: the engagement was withdrawn',
};

const HEALTH_COLORS: Readonly<Record<HealthState, string>> = {
  'on track': '#217645',
  'needs attention': '#9e5400',
  'at risk': '#dd2b0e',
};

const MONEY: Readonly<Record<MoneyState, Pick<LabelDefinition, 'color' | 'description'>>> = {
  open: { color: '#9e5400', description: 'Closed; billing and payment are under way' },
  completed: { color: '#217645', description: 'Closed; billed and paid, or written off' },
};

/** Every label a process uses beside the engagement's own, each once: created in the group before the first issue carries it. */
export function labelCatalogue(
  process: ProcessDefinition,
  renames: LabelRenames = {},
): readonly LabelDefinition[] {
  const name = (scope: LabelScope, value: string): string => labelName(scope, value, renames);
  const own = process.steps.filter((step) => !isElsewhere(step));
  const roles = [...new Set(own.map((step) => step.owner))];
  return [
    { name: name('process', process.id), color: '#330066', description: process.name },
    ...WORKFLOW_STATES.map((state) => ({
      name: name('workflow', state),
      color: WORKFLOW_COLORS[state],
      description: WORKFLOW_MEANINGS[state],
    })),
    ...roles.map((role) => ({ name: name('role', role), color: '#0b7f7f', description: `Done by: ${role}` })),
    ...[...new Map(own.map((step) => [stepIdOf(step.id), step.title]))].map(([id, title]) => ({
      name: name('step', id),
      color: '#5e5c64',
      description: title,
    })),
    ...HEALTH_STATES.map((state) => ({
      name: name('health', state),
      color: HEALTH_COLORS[state],
      description: 'Health of the engagement',
    })),
    ...(process.steps.some(({ after_close }) => after_close === true)
      ? MONEY_STATES.map((state) => ({ name: name('money', state), ...MONEY[state] }))
      : []),
  ];
}
