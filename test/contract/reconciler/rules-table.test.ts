/** Makes every row of docs/rules.md happen, and reads what must come of it from the row itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fillIn } from '#demo/do-step.ts';
import { evidenceFor } from '#domain/assess/assess.ts';
import { addCalendarDays } from '#domain/base/calendar.ts';
import type { Settings } from '#domain/base/settings.ts';
import { DEFAULT_POLICY } from '#domain/base/settings.ts';
import type { EvidenceField, ProcessDefinition, Step } from '#domain/process/process.ts';
import { Recurs } from '#domain/recurring/recurs.ts';
import { tickAll } from '#domain/text/fill-in.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import { aDoneWhen, aProcess, aSow, aStep } from '#test/support/builders.ts';
import { settleIn } from '#test/support/commands.ts';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';
import { endPipeline } from '#test/support/provisioned.ts';

interface Row {
  readonly rule: string;
  readonly outcome: string;
  readonly says: string;
}

const text = readFileSync(join(import.meta.dirname, '../../../docs/rules.md'), 'utf8');
const ROWS: readonly Row[] = [...text.matchAll(/^\| `([a-z-]+)` \| (.*?) \| (.*?) \| (.*?) \| .* \|$/gm)].map(
  ([, rule = '', , outcome = '', says = '']) => ({ rule, outcome, says }),
);

let world: EngagementWorld | null = null;

afterEach(async () => {
  await world?.close();
  world = null;
});

/** One row, made to happen: what it is about, and where the comment stands. */
interface Scenario {
  /** For what only time brings about: the day of Closed Won, and days after it are looked at one by one. */
  readonly until?: string;
  readonly process?: ProcessDefinition;
  readonly settings?: Partial<Settings>;
  /** Brings the mistake about. @returns the item that must be as the row says */
  readonly happens: (it: EngagementWorld) => Promise<Issue | Epic>;
}

/** A Wednesday, the day of Closed Won of `aSow`. */
const LAUNCH = '2026-11-04';
/** Due on the Monday after. */
const DUE: Partial<Step> = { due: [{ from: 'closed_won', working_days: 3 }] };

const SENT: EvidenceField = { field: 'Sent on', kind: 'date', required: true };

const CALLS: Partial<Step> = { kind: 'recurring', recurs: Recurs.parse({ every: 'week', on: 'thu' }) };

const PROVISION: Partial<Step> = {
  pipeline: { project: 'services/engagements', ref: 'main', variables: {} },
};

/** A process of one step, which is also the gate. */
function single(step: Partial<Step>, others: readonly Step[] = []): ProcessDefinition {
  const body = '- [ ] Do it\n\n{{> evidence}}\n';
  return aProcess({ steps: [aStep('only', { body, ...step }), ...others], closeWhen: ['only'] });
}

/** Everything a person can do for the step is done, and it is closed. */
function close(it: EngagementWorld, step: string, user = 'eli'): Issue {
  const issue = it.issue(step);
  const definition = it.process.steps.find(({ id }) => id === step.split('/')[0]);
  fillIn(
    it.sandbox.operations,
    it.sandbox.user(user),
    issue,
    definition ? evidenceFor(definition, it.sow) : [],
  );
  it.by(user).close(issue);
  return issue;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  order: { happens: async (it) => close(it, 'second') },
  checklist: {
    happens: async (it) => {
      it.by('mira').close(it.issue('first'));
      return it.issue('first');
    },
  },
  evidence: {
    process: single({ done_when: aDoneWhen({ evidence: [SENT] }) }),
    happens: async (it) => {
      const issue = it.issue('only');
      const description = tickAll(issue.description).replace(/\| Sent on \|.*\|/, '| Sent on | tomorrow |');
      it.sandbox.operations.updateIssue(it.sandbox.user('eli'), issue, { description });
      it.by('eli').close(issue);
      return issue;
    },
  },
  'checklist-gone': {
    happens: async (it) => {
      it.by('mira').write(
        it.issue('first'),
        it.issue('first').description.replaceAll(/^- \[ \].*$/gm, 'Done.'),
      );
      it.by('mira').close(it.issue('first'));
      return it.issue('first');
    },
  },
  'evidence-gone': {
    process: single({ done_when: aDoneWhen({ evidence: [SENT] }) }),
    happens: async (it) => {
      const issue = it.issue('only');
      it.by('eli').write(issue, tickAll(issue.description).replaceAll(/^\|.*$/gm, ''));
      it.by('eli').close(issue);
      return issue;
    },
  },
  approval: {
    process: single({ done_when: aDoneWhen({ approval: { role: 'manager', count: 1, self: false } }) }),
    happens: async (it) => close(it, 'only'),
  },
  'time-spent': {
    process: single({ done_when: aDoneWhen({ time_spent: { at_least_hours: 2 } }) }),
    happens: async (it) => close(it, 'only'),
  },
  label: {
    process: single({ done_when: aDoneWhen({ labels: ['contract signed'] }) }),
    happens: async (it) => close(it, 'only'),
  },
  instances: {
    process: single({ done_when: aDoneWhen({ instances: ['extra'] }) }, [
      aStep('extra', { kind: 'on-demand', created: 'command' }),
    ]),
    happens: async (it) => {
      it.sandbox.operations.createNote(it.sandbox.user('mira'), it.epic(), '/ps add extra One more');
      await settleIn(it);
      return close(it, 'only');
    },
  },
  pipeline: { process: single(PROVISION), happens: async (it) => close(it, 'only') },
  'pipeline-done': {
    process: single(PROVISION),
    happens: async (it) => {
      const issue = it.issue('only');
      it.by('eli').write(issue, tickAll(issue.description));
      endPipeline(it, 'success');
      return issue;
    },
  },
  'pipeline-failed': {
    process: single(PROVISION),
    happens: async (it) => {
      endPipeline(it, 'failed');
      return it.issue('only');
    },
  },
  until: {
    happens: async (it) => {
      await it.walk('first');
      return close(it, 'talks');
    },
  },
  minutes: { until: '2026-11-06', process: single(CALLS), happens: async (it) => close(it, 'only') },
  'minutes-missing': { until: '2026-11-09', process: single(CALLS), happens: async (it) => it.issue('only') },
  'minutes-place': {
    until: '2026-11-06',
    process: single(CALLS),
    happens: async (it) => {
      it.sandbox.operations.createNote(it.sandbox.user('eli'), it.issue('only'), 'Attended: Ada');
      return it.issue('only');
    },
  },
  'started-while-blocked': {
    happens: async (it) => {
      it.by('eli').label(it.issue('second'), 'workflow::in progress');
      return it.issue('second');
    },
  },
  'epic-closed-early': {
    happens: async (it) => {
      it.by('mira').close(it.epic());
      return it.epic();
    },
  },
  'epic-completed': {
    happens: async (it) => {
      await it.walk('first', 'second');
      close(it, 'last');
      return it.epic();
    },
  },
  acceptance: {
    until: '2026-11-11',
    process: single({
      body: `- [ ] Do it\n\n| Evidence | Value |\n|---|---|\n| Sent on | ${LAUNCH} |\n`,
      done_when: aDoneWhen({ evidence: [SENT], acceptance: { sent: 'Sent on', fills: [] } }),
    }),
    happens: async (it) => it.issue('only'),
  },
  'other-sow': {
    happens: async (it) => {
      const customer = { ...it.sow.customer, name: 'Other Ltd' };
      await it.apply({ sow: { ...it.sow, customer, sow: { ...it.sow.sow, signed_on: '2025-01-02' } } });
      return it.epic();
    },
  },
  'sow-changed': {
    happens: async (it) => {
      await it.apply({ sow: { ...it.sow, hours: { ...it.sow.hours, scoped: 480 } } });
      return it.epic();
    },
  },
  'record-damaged': {
    happens: async (it) => {
      const epic = it.epic();
      epic.description = epic.description.replace(/procession:record v1 \w/, 'procession:record v1 x');
      it.by('eli').close(it.issue('last'));
      return epic;
    },
  },
  brake: {
    settings: { policy: { mode: 'enforce', brakes: { ...DEFAULT_POLICY.brakes, reopen: 1 } } },
    happens: async (it) => {
      for (const step of ['second', 'talks', 'last']) it.by('eli').close(it.issue(step));
      return it.epic();
    },
  },
  twin: {
    happens: async (it) => {
      const bot = it.sandbox.user('procession-bot');
      const original = it.issue('first');
      return it.sandbox.operations.createIssue(bot, original.projectId, {
        title: original.title,
        description: original.description,
        labels: it.labels(original),
      });
    },
  },
  hold: {
    happens: async (it) => {
      it.sandbox.operations.createNote(it.sandbox.user('mira'), it.epic(), '/ps hold no money');
      it.by('eli').close(it.issue('last'));
      return it.issue('last');
    },
  },
  withdrawn: {
    happens: async (it) => {
      const say = (body: string): unknown =>
        it.sandbox.operations.createNote(it.sandbox.user('mira'), it.epic(), body);
      say('/ps withdraw no money');
      await settleIn(it);
      say('/ps apply');
      return it.epic();
    },
  },
  reminder: { until: '2026-11-06', process: single(DUE), happens: async (it) => it.issue('only') },
  late: { until: '2026-11-10', process: single(DUE), happens: async (it) => it.issue('only') },
  escalation: { until: '2026-11-12', process: single(DUE), happens: async (it) => it.issue('only') },
  health: { until: '2026-11-11', process: single(DUE), happens: async (it) => it.epic() },
  'health-by-hand': {
    until: '2026-11-11',
    process: single(DUE),
    happens: async (it) => {
      it.by('mira').label(it.epic(), 'health::at risk');
      return it.epic();
    },
  },
};

/** One look each day, in working hours. @param until the last of them, which is left to the caller */
async function passDays(it: EngagementWorld, clock: { day: string }, until: string): Promise<void> {
  for (; clock.day < until; clock.day = addCalendarDays(clock.day, 1)) await it.reconcile();
}

/** What the third column means: how the world must look, and how it does. */
function outcomeOf(
  outcome: string,
  it: EngagementWorld,
  { item, before }: { readonly item: Issue | Epic; readonly before: string },
): { readonly wanted: string; readonly seen: string } {
  switch (outcome) {
    case 'opens the issue again':
    case 'opens the epic again':
      return { wanted: 'opened', seen: item.state };
    case 'closes the issue':
    case 'closes the epic':
    case 'closes the younger issue':
      return { wanted: 'closed', seen: item.state };
    case 'leaves the issue open':
      return { wanted: 'opened', seen: item.state };
    case 'sets the label back to blocked':
      return {
        wanted: 'workflow::blocked',
        seen: it
          .labels(item)
          .filter((label) => label.startsWith('workflow::'))
          .join(),
      };
    case 'sets the health to needs attention':
      return {
        wanted: 'health::needs attention',
        seen: it
          .labels(it.epic())
          .filter((label) => label.startsWith('health::'))
          .join(),
      };
    case 'changes nothing':
      return { wanted: before, seen: shape(it) };
    default:
      throw new Error(`the table says "${outcome}" and this test does not know how to look for that`);
  }
}

/** States and labels of everything. */
function shape(it: EngagementWorld): string {
  const { epics, issues } = it.sandbox.world;
  return JSON.stringify([...epics, ...issues].map((item) => [item.state, it.labels(item)]));
}

describe('docs/rules.md', () => {
  it('has a scenario for every row, and a row for every scenario', () => {
    expect(ROWS.map(({ rule }) => rule).toSorted()).toEqual(Object.keys(SCENARIOS).toSorted());
  });

  it.each(ROWS)('$rule: $outcome', async ({ rule, outcome, says }) => {
    const scenario = SCENARIOS[rule];
    if (scenario === undefined) throw new Error(`no scenario for ${rule}`);
    const { until } = scenario;
    const clock = { day: LAUNCH };
    const now = (): Date => new Date(`${clock.day}T10:00:00Z`);
    world = await startLaunched({
      process: scenario.process ?? aProcess(),
      ...(until === undefined ? {} : { sow: aSow(), now }),
      ...(scenario.settings === undefined ? {} : { settings: scenario.settings }),
    });
    if (until !== undefined) await passDays(world, clock, until);
    const item = await scenario.happens(world);
    const before = shape(world);
    await settleIn(world);

    const { wanted, seen } = outcomeOf(outcome, world, { item, before });
    expect(seen).toBe(wanted);
    const notes = world.sandbox.world.notes.filter(({ system }) => !system).map(({ body }) => body);
    expect(notes.filter((body) => body.includes(says))).toHaveLength(says === '–' ? 0 : 1);
  });
});
