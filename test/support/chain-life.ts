/** The life of a deal and its delivery through the service: what the CRM says and people do, phase by phase. */
import { expect } from 'vitest';
import { parseMarker, parseNoteMarker } from '#domain/text/marker.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import { aDeal, type ChainOptions, type ChainWorld } from './chain.ts';
import { addHook, type ComposedChain, startComposedChain } from './composed-service.ts';
import { BEFORE_CLOSING } from './engagement.ts';
import { HeldNetwork, STRAIGHT, type Way } from './held-network.ts';

export const DEAL = 'DEAL-1';
export const SOW = 'SOW-1042';
const FIRST_DAY = '2026-11-20';

interface Phase {
  /** Stages that the CRM tells of, one after the other. */
  readonly stages?: readonly string[];
  /** Steps that people do. */
  readonly deal?: readonly string[];
  readonly delivery?: readonly string[];
  /** What people write, and no more: the step stays open. */
  readonly writes?: readonly (readonly [
    key: string,
    step: string,
    values: Readonly<Record<string, string>>,
  ])[];
  /** Day on which it happens; the schedule sweeps on it. Absent: that of the phase before. */
  readonly day?: string;
}

/** Everything of the signature but its days. */
const SIGNING = {
  'Signed document': 'https://contracts.example.com/sow',
  'Cost estimate': 'https://contracts.example.com/estimate',
  'Purchase order': 'none needed',
  'Quote equals document': 'yes',
};

const PHASES: readonly Phase[] = [
  { stages: ['discovery', 'scoping'] },
  { deal: ['discovery', 'rom-estimate', 'rom-approval', 'opportunity'], stages: ['proposal'] },
  { deal: ['approval-decision', 'quote', 'sow-draft'], stages: ['scoping', 'negotiating'] },
  {
    deal: ['approvals', 'scheduling-intake'],
    writes: [[DEAL, 'signature', SIGNING]],
    stages: ['signature', 'closed_won'],
  },
  {
    deal: ['billing'],
    delivery: BEFORE_CLOSING.filter((step) => step !== 'customer-sign-off'),
    writes: [[SOW, 'customer-sign-off', { 'Sent on': FIRST_DAY, 'Sent to': 'Dr. Ulf Muster' }]],
  },
  // The warning comes before the last day of the silence, which is Thursday, 26 November.
  { day: '2026-11-25' },
  { day: '2026-11-27', delivery: ['financial-wrap-up', 'post-mortem'] },
  { delivery: ['money-received'] },
];

/** How the events of each phase fare. `late`: CRM events that come once more with those of the phase, if they have come before. */
export interface Course {
  readonly ways: readonly Way[];
  readonly late: readonly (readonly number[])[];
  /** Whether the CRM says when it changed a deal. Without it what comes later holds, unless it is the same delivery again. */
  readonly dated: boolean;
}

const STAGES = PHASES.flatMap(({ stages = [] }) => stages);

/** Each event once, and in order. */
export const CLEAN: Course = { ways: [], late: [], dated: true };

/** How many CRM events a life has. */
export const EVENTS = STAGES.length;
export const COUNT = PHASES.length;

/** Tells the n-th thing that the CRM has to say. @param copy how it is sent: another delivery of the same */
async function tell(world: ComposedChain, n: number, dated: boolean, copy = 'first'): Promise<void> {
  const deal = await aDeal(STAGES[n] ?? '');
  const changed_at = `2026-11-20T09:0${n}:00Z`;
  const body = dated ? { ...deal, deal: { ...deal.deal, changed_at } } : deal;
  const status = await world.won(body, `event-${n}-${copy}`);
  expect([200, 202]).toContain(status);
}

/** Events of one phase: in any order where the CRM says when, else one after the other. */
function inTime(
  world: ComposedChain,
  events: readonly number[],
  dated: boolean,
): readonly (() => Promise<void>)[] {
  if (dated) return events.map((n) => async () => await tell(world, n, dated));
  return [
    async () => {
      for (const n of events) await tell(world, n, dated);
    },
  ];
}

function act(world: ChainWorld, { deal = [], delivery = [], writes = [] }: Phase): void {
  for (const step of deal) world.perform(DEAL, step);
  for (const step of delivery) world.perform(SOW, step);
  for (const [key, step, values] of writes) world.write(key, step, values);
}

/**
 * Lives through all phases. Whatever was lost is found by the sweep at the end of a phase.
 *
 * @param each called after each phase
 */
export async function liveChain(
  course: Course,
  options: ChainOptions,
  each: (world: ComposedChain, phase: number) => void = () => {},
): Promise<unknown> {
  const network = new HeldNetwork();
  let deliver: (request: Request) => Promise<Response> = async () => new Response(null, { status: 502 });
  let day = FIRST_DAY;
  let minutes = 0;
  const world = await startComposedChain({
    ...options,
    now: () => new Date(Date.parse(`${day}T10:00:00Z`) + minutes * 60_000),
    network: async (request, toService) => {
      deliver = toService;
      return await network.carry(request, toService);
    },
  });
  try {
    const isFree = options.tier === 'free';
    addHook(world, isFree ? { groupId: null, projectId: world.seed.project.id } : {});
    let next = 0;
    for (const [index, phase] of PHASES.entries()) {
      minutes += 1;
      if (phase.day !== undefined) {
        ({ day } = phase);
        await world.sweep();
        // Sweeps of one instant are one sweep, which wakes an engagement once; the one at the end of the phase is another.
        minutes += 1;
      }
      network.close();
      const before = world.sandbox.world.deliveries.length;
      act(world, phase);
      const sent = world.sandbox.world.deliveries.length - before;
      await expect.poll(() => network.waiting, { interval: 1 }).toBe(sent);
      const events = (phase.stages ?? []).map((_, offset) => next + offset);
      // Without a moment, an event that overtakes its own first delivery is the order that holds.
      const come = course.dated ? next + events.length : next;
      const late = (course.late[index] ?? []).filter((n) => n < come);
      next += events.length;
      await network.open(course.ways[index] ?? STRAIGHT, (request) => deliver(request), [
        ...inTime(world, events, course.dated),
        ...late.map(
          (n, copy) => async () =>
            await tell(world, n, course.dated, course.dated ? `${index}-${copy}` : undefined),
        ),
      ]);
      for (const hook of world.sandbox.world.hooks) Object.assign(hook, { failures: 0, disabledUntil: null });
      await world.quiet();
      if (course !== CLEAN) await world.sweep();
      each(world, index);
    }
    return shapeOf(world);
  } finally {
    await world.close();
  }
}

/** Said of a state between two events, which is there or not by what was seen in between. */
function isPassing(body: string): boolean {
  return body.startsWith('**Settled.**') || parseNoteMarker(body)?.startsWith('sow-changed') === true;
}

/** Comments of which there is one more than one. */
function doubles({ sandbox }: ChainWorld): readonly string[] {
  const rules = sandbox.world.notes.flatMap(({ target, body, system }) => {
    const rule = system ? null : parseNoteMarker(body);
    return rule === null ? [] : [`${target.kind} ${target.id} ${rule}`];
  });
  return rules.filter((rule, index) => rules.indexOf(rule) !== index);
}

/** What people see of a chain, without numbers and instants that depend on the order of requests. */
export function shapeOf(world: ChainWorld): unknown {
  const { sandbox } = world;
  const { epics, issues, links, notes, labels } = sandbox.world;
  const name = ({ description, title }: Pick<Issue, 'description' | 'title'>): string => {
    const marker = parseMarker(description);
    return marker === null ? title : `${marker.engagement} ${marker.step ?? 'epic'}`;
  };
  const nameOf = (id: number): string => {
    const issue = issues.find((one) => one.id === id);
    return issue === undefined ? `${id}` : name(issue);
  };
  const text = (body: string): string =>
    body
      .replaceAll(/<!-- procession:record v1 \S+ \S+ -->/g, '')
      .replaceAll(/(#|&|issues\/|epics\/)\d+/g, '$1n')
      .replaceAll(/answer:\d+/g, 'answer:n');
  const shown = (item: Epic | Issue): readonly [string, unknown] => [
    name(item),
    {
      title: item.title,
      state: item.state,
      labels: item.labelIds.map((id) => labels.find((label) => label.id === id)?.name ?? '').toSorted(),
      due: item.dueDate,
      description: text(item.description),
      ...(item.kind === 'issue' ? { assignees: item.assigneeIds, confidential: item.confidential } : {}),
      notes: notes
        .filter(({ system, target }) => !system && target.kind === item.kind && target.id === item.id)
        .filter(({ body }) => !isPassing(body))
        .map(({ body }) => text(body))
        .toSorted(),
    },
  ];
  return {
    items: [...epics, ...issues].map(shown).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    links: links
      .map(({ sourceId, targetId, type }) => `${nameOf(sourceId)} ${type} ${nameOf(targetId)}`)
      .toSorted(),
    labels: labels.map((label) => label.name).toSorted(),
    doubles: doubles(world),
  };
}
