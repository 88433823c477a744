/** Several SOWs and deals through their whole lives, each by the definition of its process: whoever has a step in hand does it. */
import { setTimeout } from 'node:timers/promises';
import { type EngagementKey, stepIdOf } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { Step } from '#domain/process/process.ts';
import type { Deal } from '#domain/sow/deal.ts';
import { REACHABLE_STAGES } from '#domain/sow/deal-stage.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { keyOf, nameOf, type Subject } from '#domain/sow/subject.ts';
import { type Marker, parseMarker } from '#domain/text/marker.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import type { DemoWorld } from './demo-world.ts';
import { doStep } from './do-step.ts';
import type { Narrator } from './walk.ts';

/** People for every role of the processes, and the training for SOWs that install nothing. */
export const ALL_SETTINGS: Pick<Settings, 'roles' | 'launch'> = {
  roles: {
    manager: ['mira', 'ada'],
    engineer: ['eli', 'noor'],
    'account-manager': ['eli'],
    'engagement-manager': ['eli'],
    finance: ['noor'],
    legal: ['noor'],
    architect: ['noor'],
  },
  launch: {
    choices: [{ when: { deployment: 'none' }, process: 'training', profile: null }],
    otherwise: { process: 'delivery', profile: null },
  },
};

/** What walks, with the dates that it should have. */
export interface Samples {
  readonly sows: readonly Sow[];
  readonly deals: readonly Deal[];
  /** Milliseconds to wait after each round of steps, so that people can watch; 0: none. */
  readonly pace: number;
}

/** Something of ours in the sandbox: an epic, the tracking issue in its place, or the issue of a step. */
interface Placed {
  readonly item: Epic | Issue;
  readonly marker: Marker;
}

/**
 * Walks every deal from its first stage to the money, with the delivery that comes of it, and every SOW that comes of
 * none of them.
 *
 * @returns keys of everything that was walked to its end
 * @throws Error when the engine did not answer as it should: the demo is a test too.
 */
export async function walkSamples(
  world: DemoWorld,
  samples: Samples,
  narrator: Narrator,
): Promise<readonly EngagementKey[]> {
  const { sows, deals, pace } = samples;
  for (const deal of deals) await walkDeal(world, deal, samples, narrator);
  const sold = new Set(deals.flatMap(({ sow }) => sow?.number ?? []));
  for (const sow of sows.filter(({ sow: { number } }) => !sold.has(number))) {
    narrator.scene(`${keyOf(sow)}: ${nameOf(sow)}, for ${sow.customer.name}`);
    await tell(world, sow);
    await walkOn(world, { narrator, pace });
    tellEnds(world, [keyOf(sow)], narrator);
  }
  const ends = placed(world).filter(({ marker }) => marker.step === null);
  for (const { marker } of ends) await expectAtRest(world, marker.engagement);
  return ends.map(({ marker }) => marker.engagement).toSorted();
}

/** Stage by stage, as its CRM would tell of it; in each stage everything is done that can be. */
async function walkDeal(
  world: DemoWorld,
  deal: Deal,
  { sows, pace }: Samples,
  narrator: Narrator,
): Promise<void> {
  narrator.scene(`${keyOf(deal)}: ${nameOf(deal)}, for ${deal.customer.name}`);
  for (const stage of REACHABLE_STAGES) {
    await tell(world, inStage(deal, stage, sows));
    await walkOn(world, { narrator, pace, stage });
  }
  tellEnds(world, [keyOf(deal), numberOf(deal)], narrator);
}

/** A deal without a SOW gets one with its own number, on what the customer asked for. */
function inStage(deal: Deal, stage: (typeof REACHABLE_STAGES)[number], sows: readonly Sow[]): Deal {
  const number = numberOf(deal);
  const sample = sows.find(({ sow }) => sow.number === number);
  const { contacts: people } = deal;
  const manager = { name: 'Mira Castellan', email: 'mira@example.org', username: 'mira' };
  return {
    ...deal,
    deal: { ...deal.deal, stage },
    contacts: { ...people, ours: { manager, ...people?.ours } },
    statement: {
      type: sample?.type ?? 't&m',
      deliverables: sample?.deliverables ?? [
        { id: 'D1', title: deal.deal.name, acceptance_criteria: 'What the customer asked for works' },
      ],
      engagement: sample?.engagement ?? deal.deal.name,
      services: sample?.services,
      passive_acceptance: sample?.passive_acceptance,
    },
    sow: stage === 'closed_won' ? { number, signed_on: deal.deal.opened_on } : undefined,
  };
}

function numberOf(deal: Deal): string {
  return deal.sow?.number ?? keyOf(deal).replace('DEAL', 'SOW');
}

/** As the CRM tells of it. */
async function tell(world: DemoWorld, subject: Subject): Promise<void> {
  const origin = { kind: 'crm', name: null, commit: null, at: null } as const;
  await reconcile(world.deps, keyOf(subject), { sow: subject, origin });
}

/** Does what is ready until nothing is, and tells it in one line for each engagement. */
async function walkOn(
  world: DemoWorld,
  { narrator, pace, stage }: { readonly narrator: Narrator; readonly pace: number; readonly stage?: string },
): Promise<void> {
  const done = new Map<EngagementKey, string[]>();
  for (let ready = readySteps(world, stage); ready.length > 0; ready = readySteps(world, stage)) {
    for (const { issue, step } of ready) perform(world, issue, step);
    await world.settled();
    await setTimeout(pace);
    for (const { issue, step, engagement } of ready) {
      if (issue.state !== 'closed') throw new Error(`The demo expected that "${issue.title}" stays closed.`);
      done.set(engagement, [...(done.get(engagement) ?? []), step.title]);
    }
  }
  const when = stage === undefined ? '' : `${stage.replaceAll('_', ' ')}, `;
  for (const [engagement, titles] of done)
    narrator.fact(`${when}${engagement}: ${counted(titles).join(' · ')}`);
}

/** `Deliverable` five times over is `Deliverable (5)`. */
function counted(titles: readonly string[]): readonly string[] {
  return [...new Set(titles)].map((title) => {
    const times = titles.filter((other) => other === title).length;
    return times === 1 ? title : `${title} (${times})`;
  });
}

/** Open issues that are ready; what runs beside the work, and ends with it, is left alone, and nobody signs before the deal is won. */
function readySteps(
  world: DemoWorld,
  stage: string | undefined,
): readonly { readonly issue: Issue; readonly step: Step; readonly engagement: EngagementKey }[] {
  const { labels } = world.sandbox.world;
  const label = labels.find(({ name }) => name === 'workflow::ready')?.id;
  return placed(world).flatMap(({ item, marker }) => {
    const step = stepOf(world, marker);
    if (item.kind !== 'issue' || step === undefined || step.until !== undefined) return [];
    if (step.done_when.stage !== undefined && step.done_when.stage.is !== stage) return [];
    if (item.state === 'closed' || label === undefined || !item.labelIds.includes(label)) return [];
    return [{ issue: item, step, engagement: marker.engagement }];
  });
}

/** The last who has a role approves, because nobody approves their own work; the first who has that of the step does it. */
function perform({ sandbox, deps }: DemoWorld, issue: Issue, step: Step): void {
  const { operations } = sandbox;
  const { approval, approvals = [], evidence } = step.done_when;
  const people = (role: string): readonly string[] => deps.settings.roles[role] ?? ['mira'];
  const asked = [...(approval === undefined ? [] : [approval]), ...approvals];
  for (const name of new Set(asked.map(({ role }) => people(role).at(-1) ?? 'mira')))
    operations.createNote(sandbox.user(name), issue, '/ps approve');
  doStep(operations, sandbox.user(people(step.owner)[0] ?? 'mira'), issue, evidence);
}

function tellEnds(world: DemoWorld, keys: readonly EngagementKey[], narrator: Narrator): void {
  for (const { item, marker } of placed(world)) {
    if (marker.step !== null || !keys.includes(marker.engagement)) continue;
    const process = world.deps.processes.find(marker.process, marker.profile)?.name ?? marker.process;
    const open = placed(world).filter(
      ({ item: other, marker: of }) => of.engagement === marker.engagement && other.state === 'opened',
    );
    const left = open.map(({ item: { title } }) => title).join(', ');
    if (open.length > 0) throw new Error(`The demo expected that ${marker.engagement} ends; open: ${left}.`);
    const what = item.kind === 'epic' ? 'epic' : 'tracking issue';
    narrator.fact(`${marker.engagement} (${process}): all is done, the ${what} is closed`);
  }
}

async function expectAtRest({ deps }: DemoWorld, engagement: EngagementKey): Promise<void> {
  const { kind } = await reconcile(deps, engagement);
  if (kind !== 'unchanged') throw new Error(`The demo expected that ${engagement} is at rest, not ${kind}.`);
}

function stepOf({ deps }: DemoWorld, { process, profile, step }: Marker): Step | undefined {
  const id = step === null ? null : stepIdOf(step);
  return deps.processes.find(process, profile)?.steps.find((candidate) => candidate.id === id);
}

function placed({ sandbox: { world } }: DemoWorld): readonly Placed[] {
  return [...world.epics, ...world.issues].flatMap((item) => {
    const marker = parseMarker(item.description);
    return marker === null ? [] : [{ item, marker }];
  });
}
