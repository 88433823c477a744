/** A small process about deals, and a world in which deals are launched by it. */
import type { DealSettings } from '#domain/base/settings.ts';
import { DEFAULT_DEALS } from '#domain/base/settings.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { aProcess, aStep } from './builders.ts';

/** discovery → estimate → decision (gate), counted forward from the day on which the deal was opened. */
export function aDealProcess(changes: Partial<ProcessDefinition> = {}): ProcessDefinition {
  const step = (id: string, more: Parameters<typeof aStep>[1] = {}): ProcessDefinition['steps'][number] =>
    aStep(id, { title: `Do ${id}`, ...more });
  return aProcess({
    id: 'sales',
    name: 'Sales',
    about: 'deal',
    launchStages: ['scoping', 'proposal', 'negotiating', 'signature'],
    titles: { epic: '{{deal.key}} {{customer.name}}', issue: '{{step.title}} ({{deal.key}})' },
    epicBody: 'Asked for: {{ask}}\n',
    steps: [
      step('discovery', { due: [{ from: 'opened', working_days: 3 }] }),
      step('estimate', {
        due: [{ from: 'discovery', working_days: 3 }],
        after: [{ step: 'discovery', until: 'done' }],
      }),
      step('review', { when: { 'deal.large': true }, after: [{ step: 'estimate', until: 'done' }] }),
      step('decision', {
        due: [{ from: 'expected_close', working_days: 0 }],
        after: [
          { step: 'estimate', until: 'done' },
          { step: 'review', until: 'done' },
        ],
      }),
    ],
    closeWhen: ['decision'],
    ...changes,
  });
}

/** Settings of deals; change one thing. */
export function someDealSettings(changes: Partial<DealSettings> = {}): DealSettings {
  return { ...DEFAULT_DEALS, ...changes };
}
