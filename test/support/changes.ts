/** A small process with change requests, and how people write in them. */
import { fillCells } from '#domain/text/fill-in.ts';
import { aDoneWhen, aProcess, aSow, aStep } from './builders.ts';
import type { EngagementWorld } from './engagement.ts';

const EVIDENCE = [
  {
    field: 'Result',
    kind: 'choice' as const,
    required: true,
    choices: ['executed', 'confirmed in writing', 'new SOW', 'rejected', 'withdrawn'],
  },
  { field: 'Document', kind: 'url' as const, required: false },
  { field: 'Reason', kind: 'text' as const, required: false },
];

/** first → a change request, an issue for each deliverable → last, which is due at the end of the SOW. */
export const CHANGING = aProcess({
  steps: [
    aStep('first', { due: [{ from: 'closed_won', working_days: 2 }] }),
    aStep('change-request', {
      kind: 'on-demand',
      created: 'command',
      title: 'Change request',
      aliases: ['change-order'],
      changes: { result: 'Result', paper: 'Document', reason: 'Reason' },
      done_when: aDoneWhen({ evidence: EVIDENCE }),
      body: '## The change\n\n```yaml change\n# hours: +80\n```\n\n{{> evidence}}\n',
    }),
    aStep('deliverable', {
      title: 'Deliverable',
      after: [{ step: 'first', until: 'done' }],
      each: { of: 'deliverables' },
      due: [{ from: 'sow_end', working_days: -5 }],
    }),
    aStep('last', {
      after: [
        { step: 'change-request', until: 'done' },
        { step: 'deliverable', until: 'done' },
      ],
      due: [{ from: 'sow_end', working_days: 0 }],
    }),
  ],
  closeWhen: ['last'],
});

/** 400 h until the end of June, two deliverables. */
export const CHANGED_SOW = aSow({
  sow: { number: 'SOW-2001', signed_on: '2026-12-01' },
  closed_won_on: '2026-12-04',
  hours: { scoped: 400 },
  dates: { start: '2027-01-11', end: '2027-06-30' },
  deliverables: [
    { id: 'D1', title: 'First region' },
    { id: 'D2', title: 'Runbook' },
  ],
});

/** Roles of everybody whom the kinds of changes ask. */
export const CHANGE_ROLES = {
  manager: ['mira'],
  engineer: ['eli'],
  'engagement-manager': ['noor'],
  finance: ['casey'],
};

/** Writes effects into the block of a change request, as an engineer does. */
export function writeEffects(world: EngagementWorld, step: string, ...lines: readonly string[]): void {
  const issue = world.issue(step);
  const block = ['```yaml change', ...lines, '```'].join('\n');
  world.by('eli').write(
    issue,
    issue.description.replace(/```yaml change\n[\s\S]*?```/, () => block),
  );
}

/** Fills in what came of a change request. */
export function settle(
  world: EngagementWorld,
  step: string,
  values: { readonly result: string; readonly document?: string; readonly reason?: string },
): void {
  const issue = world.issue(step);
  const { result, document, reason } = values;
  const cells = new Map([
    ['Result', result],
    ...(document === undefined ? [] : [['Document', document] as const]),
    ...(reason === undefined ? [] : [['Reason', reason] as const]),
  ]);
  world.by('eli').write(issue, fillCells(issue.description, cells));
}
