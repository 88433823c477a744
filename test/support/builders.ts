/** Valid by default, change one thing. */
import { DEFAULT_SETTINGS, type Settings } from '#domain/base/settings.ts';
import { NO_DRIFT } from '#domain/engagement/drift-memory.ts';
import { EMPTY_MEMORY } from '#domain/engagement/memory.ts';
import { type ActualEpic, type ActualIssue, type ActualState, PREMIUM } from '#domain/engagement/state.ts';
import { NO_HOURS } from '#domain/hours/memory.ts';
import type { PlanInput } from '#domain/plan/input.ts';
import type { DoneWhen, ProcessDefinition, Step } from '#domain/process/process.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import { NO_EFFECTS } from '#domain/rulings/one-time-effects.ts';
import { NO_RULINGS } from '#domain/rulings/rulings.ts';
import { NO_HISTORY } from '#domain/sow/history.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { writeManagedBlock } from '#domain/text/managed-block.ts';

export const BOT = { id: 1, username: 'procession-bot' };

/** What a plan takes when nobody has commented, in a group without labels. */
export function aPlanInput(
  facts: Pick<PlanInput['facts'], 'assessment' | 'found'>,
  settings: Settings,
): PlanInput {
  return {
    facts: { ...facts, capabilities: PREMIUM, rules: { version: 1, hash: '0', texts: '0' }, lostLinks: [] },
    said: { followed: { answers: [], effects: NO_EFFECTS }, recorded: NO_RULINGS },
    wishes: { resume: false, migrate: false, claimed: false, reseal: false },
    groupLabels: new Set(),
    settings,
    sealing: false,
    now: '2026-11-04T10:00:00Z',
  };
}

export function aSow(changes: Partial<Sow> = {}): Sow {
  return {
    sow: { number: 'SOW-1', signed_on: '2026-11-02' },
    customer: { name: 'Example Bakery' },
    engagement: 'GitLab on AWS',
    stage: 'closed_won',
    closed_won_on: '2026-11-04',
    type: 't&m',
    deployment: 'aws',
    deliverables: [{ title: 'A running GitLab' }],
    contacts: { customer: { main: { name: 'Ada Example', email: 'ada@example.com' } } },
    ...changes,
  };
}

/** The record of an engagement of the sample process, which has just begun. */
export function aRecord(key: string): EngagementRecord {
  return {
    key,
    process: 'sample',
    profile: null,
    version: 1,
    rules: 'rules',
    texts: null,
    revision: 1,
    sow: aSow({ sow: { number: key, signed_on: '2026-11-02' } }),
    memory: EMPTY_MEMORY,
    done: new Map(),
    rulings: NO_RULINGS,
    drift: NO_DRIFT,
    baseline: new Map(),
    fellTo: new Map(),
    migrated: null,
    history: NO_HISTORY,
    proposals: [],
    occurrences: new Map(),
    hours: NO_HOURS,
    chain: [],
    handOver: null,
    handed: {},
    touches: new Map(),
    others: {},
  };
}

export function aDoneWhen(changes: Partial<DoneWhen> = {}): DoneWhen {
  return { checklist: true, evidence: [], labels: [], instances: [], ...changes };
}

export function aStep(id: string, changes: Partial<Step> = {}): Step {
  return {
    id,
    title: id.replaceAll('-', ' '),
    owner: 'engineer',
    kind: 'once',
    created: 'launch',
    after: [],
    due: [],
    slip: 'keep',
    needs: 1,
    done_when: aDoneWhen(),
    confidential: false,
    body: '## Checklist\n\n- [ ] Do it\n',
    file: `issue_templates/sample/${id}.md`,
    ...changes,
  };
}

/** first → second → last (gate); `talks` runs alongside until `second` is done; last waits softly for `talks` to have started. */
export function aProcess(changes: Partial<ProcessDefinition> = {}): ProcessDefinition {
  return {
    id: 'sample',
    version: 1,
    name: 'Sample',
    summary: 'A small process.',
    about: 'sow',
    launchStages: ['closed_won'],
    titles: { epic: '{{sow.number}} {{customer.name}}', issue: '{{step.title}} ({{sow.number}})' },
    steps: [
      aStep('first', { owner: 'manager' }),
      aStep('second', {
        after: [{ step: 'first', until: 'done' }],
        done_when: aDoneWhen({ evidence: [{ field: 'Held on', kind: 'date', required: true }] }),
        body: '- [ ] Hold it\n\n{{> evidence}}\n',
      }),
      aStep('talks', {
        kind: 'recurring',
        after: [{ step: 'first', until: 'done' }],
        until: 'second',
        body: 'Talk.\n',
      }),
      aStep('last', { after: [{ step: 'second', until: 'done' }] }),
    ],
    closeWhen: ['last'],
    epicBody: '## About\n\n{{customer.name}}\n',
    partials: {},
    profile: null,
    ...changes,
  };
}

export function someSettings(changes: Partial<Settings> = {}): Settings {
  return {
    ...DEFAULT_SETTINGS,
    roles: { manager: ['mira'], engineer: ['eli', 'noor'] },
    ...changes,
  };
}

export function anIssue(step: string, changes: Partial<ActualIssue> = {}): ActualIssue {
  const iid = changes.iid ?? 1;
  return {
    kind: 'issue',
    id: 500 + iid,
    iid,
    projectId: 7,
    title: step,
    description: writeManagedBlock(
      '- [x] Do it\n',
      { kind: 'step', engagement: 'SOW-1', process: 'sample', profile: null, step },
      'Block',
    ),
    state: 'opened',
    labels: ['SOW-1', `step::${step}`],
    url: `https://gitlab.test/services/engagements/-/issues/${iid}`,
    reference: `services/engagements#${iid}`,
    author: BOT,
    createdAt: '2026-11-04T09:00:00Z',
    updatedAt: '2026-11-04T09:00:00Z',
    closedAt: null,
    assignees: [],
    dueDate: null,
    epicId: 90,
    confidential: false,
    blockingCount: null,
    closedBy: null,
    timeSpentSeconds: 0,
    notesCount: null,
    movedToId: null,
    ...changes,
  };
}

export function anEpic(changes: Partial<ActualEpic> = {}): ActualEpic {
  return {
    kind: 'epic',
    id: 90,
    iid: 3,
    title: 'SOW-1 Example Bakery',
    description: writeManagedBlock(
      '',
      { kind: 'epic', engagement: 'SOW-1', process: 'sample', profile: null, step: null },
      'Block',
    ),
    state: 'opened',
    labels: ['SOW-1', 'process::sample'],
    url: 'https://gitlab.test/groups/services/-/epics/3',
    reference: 'services&3',
    author: BOT,
    createdAt: '2026-11-04T09:00:00Z',
    updatedAt: '2026-11-04T09:00:00Z',
    closedAt: null,
    confidential: false,
    tracking: null,
    ...changes,
  };
}

export function aState(changes: Partial<ActualState> = {}): ActualState {
  return { engagement: 'SOW-1', epics: [anEpic()], issues: [], capabilities: PREMIUM, ...changes };
}
