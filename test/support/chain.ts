/** A deal and what comes of it, in one GitLab, with the real processes. */
import { fillIn } from '#demo/do-step.ts';
import { evidenceFor } from '#domain/assess/assess.ts';
import { type EngagementKey, stepIdOf, subjectOf } from '#domain/base/keys.ts';
import { DEFAULT_DEALS, type Settings } from '#domain/base/settings.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { UNSEALED } from '#domain/record/line.ts';
import { Deal } from '#domain/sow/deal.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { keyOf, type Subject } from '#domain/sow/subject.ts';
import { fillCells, tickAll } from '#domain/text/fill-in.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { splitGitLab } from '#gitlab/engagement/split-gitlab.ts';
import type { Places } from '#ports/gitlab.ts';
import { SILENT } from '#ports/logger.ts';
import type { ReconcileDeps, ReconcileOptions } from '#reconciler/loop/deps.ts';
import { type Outcome, reconcile } from '#reconciler/loop/reconcile.ts';
import { addPlace } from '#sandbox/seed.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import { someSettings } from './builders.ts';
import { launching, realProcess, sampleSow, storeOf } from './engagement.ts';
import { startWorld, startWorldOnPort, type TestWorld, type WorldOptions } from './gitlab-world.ts';

/** What is known of SOW-1042 while it is being written. */
async function statementOf(number: string): Promise<Partial<Sow>> {
  const { engagement, type, deliverables, closed_won_on, hours, dates, services, passive_acceptance } =
    await sampleSow(number);
  return { engagement, type, deliverables, closed_won_on, hours, dates, services, passive_acceptance };
}

/** A deal as the CRM tells of it, in a stage. */
export async function aDeal(stage: string, changes: Readonly<Record<string, unknown>> = {}): Promise<Deal> {
  const { customer, contacts, deployment } = await sampleSow('SOW-1042');
  return Deal.parse({
    deal: {
      key: 'DEAL-1',
      url: 'https://crm.example.com/opportunities/1',
      name: 'GitLab for the harbour',
      stage,
      opened_on: '2026-11-02',
      expected_close: '2026-11-20',
      large: true,
    },
    customer,
    ask: 'GitLab on AWS before the freeze.',
    contacts,
    deployment,
    ...(stage === 'scoping' ? {} : { statement: await statementOf('SOW-1042') }),
    ...(stage === 'closed_won' ? { sow: { number: 'SOW-1042', signed_on: '2026-11-18' } } : {}),
    ...changes,
  });
}

/** Cells of evidence by their field. */
type Values = Readonly<Record<string, string>>;

export interface ChainWorld extends TestWorld {
  readonly deps: ReconcileDeps;
  /** The engine over another adapter. */
  over(gitlab: Places): ReconcileDeps;
  /** What the CRM says, or a file. */
  tell(subject: Subject, options?: ReconcileOptions): Promise<Outcome>;
  run(key: EngagementKey, options?: ReconcileOptions): Promise<Outcome>;
  /** Does a step as the people do who may, without telling anybody. @param values what is written in place of anything that fits */
  perform(key: EngagementKey, step: string, values?: Values): void;
  /** Ticks the list of a step and writes values, and nothing else. */
  write(key: EngagementKey, step: string, values: Values): void;
  /** Opens a step that is done, writes other values and closes it again, each seen by the engine. */
  correct(key: EngagementKey, step: string, values: Values): Promise<void>;
  /** {@link perform}, each answered by the engine. */
  walk(key: EngagementKey, ...steps: readonly string[]): Promise<void>;
  issue(key: EngagementKey, step: string): Issue;
  epic(key: EngagementKey): Epic;
  epics(): readonly string[];
  state(key: EngagementKey, step: string): string;
}

/** Said by the CRM, which does not say when. */
export const CRM = { kind: 'crm', name: null, commit: null, at: null } as const;

/** Who has which role in these worlds. */
export const ROLES = {
  manager: ['mira', 'noor'],
  engineer: ['eli'],
  'account-manager': ['eli'],
  'engagement-manager': ['eli'],
  finance: ['noor'],
  legal: ['noor'],
  architect: ['noor'],
};

/** The group of deals, and the project in it. */
export const PLACE_OF_DEALS = { group: 'sales', project: 'sales/deals' };

/** Makes the place of deals, for managers and account managers; `noor` is finance and whoever else has a say. */
function dealsApart(world: TestWorld): Places {
  const { group, project } = PLACE_OF_DEALS;
  addPlace(world.sandbox, group, {
    project: project.slice(group.length + 1),
    people: { mira: 40, noor: 30, eli: 30, ada: 50 },
  });
  return splitGitLab({ sow: world.gitlab, deal: world.connect(PLACE_OF_DEALS) });
}

const BEGUN = Date.now();

/** Steps of a deal before the signature, in order. */
export const TO_SIGNATURE = [
  'discovery',
  'rom-estimate',
  'rom-approval',
  'opportunity',
  'approval-decision',
  'quote',
  'sow-draft',
  'approvals',
  'scheduling-intake',
] as const;

export interface ChainOptions extends WorldOptions {
  readonly settings?: Partial<Settings>;
  readonly day?: string;
  /** Deals live in a group of their own, which neither customers nor engineers see. */
  readonly apart?: boolean;
  /** On a port, for what runs in a process of its own. */
  readonly onPort?: boolean;
}

/** Starts a GitLab without any engagement, on the morning of a day. */
export async function startChain(options: ChainOptions = {}): Promise<ChainWorld> {
  const { settings, day = '2026-11-20', apart = false, onPort = false, ...others } = options;
  const now = others.now ?? (() => new Date(Date.parse(`${day}T10:00:00Z`) + Date.now() - BEGUN));
  const world = await (onPort ? startWorldOnPort : startWorld)({ ...others, now });
  const processes = await Promise.all(
    ['delivery', 'training', 'quote-to-signoff'].map((id) => realProcess(id)),
  );
  const byId = (id: string): ProcessDefinition => {
    const found = processes.find((process) => process.id === id);
    if (found === undefined) throw new Error(`no process ${id}`);
    return found;
  };
  const places = apart ? dealsApart(world) : world.gitlab;
  const over = (gitlab: Places): ReconcileDeps => ({
    gitlab,
    processes: storeOf(...processes),
    settings: someSettings({
      ...launching(byId('delivery')),
      roles: ROLES,
      ...(apart ? { deals: { ...DEFAULT_DEALS, place: PLACE_OF_DEALS } } : {}),
      ...settings,
    }),
    seal: UNSEALED,
    logger: SILENT,
    clock: { now: () => now().toISOString() },
  });
  const deps = over(places);
  const { sandbox } = world;
  const { world: data, operations } = sandbox;
  const subjects = new Map<EngagementKey, Subject>();
  const find = <T extends Epic | Issue>(items: readonly T[], key: EngagementKey, step: string | null): T => {
    const item = items.find(({ description }) => {
      const marker = parseMarker(description);
      return marker?.engagement === key && marker.step === step;
    });
    if (item === undefined) throw new Error(`nothing is ${step ?? 'the epic'} of ${key}`);
    return item;
  };
  const issue = (key: EngagementKey, step: string): Issue => find(data.issues, key, step);
  const chain: ChainWorld = {
    ...world,
    deps,
    over,
    tell: async (subject, extra) => {
      subjects.set(keyOf(subject), subject);
      return await reconcile(deps, keyOf(subject), { sow: subject, origin: CRM, ...extra });
    },
    run: async (key, extra) => await reconcile(deps, key, extra),
    perform: (key, step, values = {}) => {
      const item = issue(key, step);
      const definition = byId(subjectOf(key) === 'deal' ? 'quote-to-signoff' : 'delivery').steps.find(
        ({ id }) => id === stepIdOf(step),
      );
      if (definition === undefined) throw new Error(`no step ${step}`);
      const { approval, approvals = [] } = definition.done_when;
      if (approval !== undefined || approvals.length > 0)
        operations.createNote(sandbox.user('noor'), item, '/ps approve');
      const subject = subjects.get(key);
      const fields = definition.done_when.evidence.filter(
        (field) => subject === undefined || evidenceFor(definition, subject).includes(field),
      );
      fillIn(operations, sandbox.user('eli'), item, fields);
      chain.write(key, step, values);
      operations.updateIssue(sandbox.user('eli'), item, { stateEvent: 'close' });
    },
    write: (key, step, values) => {
      const item = issue(key, step);
      const description = fillCells(tickAll(item.description), new Map(Object.entries(values)));
      operations.updateIssue(sandbox.user('eli'), item, { description });
    },
    correct: async (key, step, values) => {
      operations.updateIssue(sandbox.user('eli'), issue(key, step), { stateEvent: 'reopen' });
      await chain.run(key);
      chain.write(key, step, values);
      operations.updateIssue(sandbox.user('eli'), issue(key, step), { stateEvent: 'close' });
      await chain.run(key);
    },
    walk: async (key, ...steps) => {
      for (const step of steps) {
        chain.perform(key, step);
        await chain.run(key);
      }
    },
    issue,
    epic: (key) => find<Epic | Issue>([...data.epics, ...data.issues], key, null) as Epic,
    epics: () =>
      [...data.epics, ...data.issues]
        .flatMap(({ description }) => {
          const marker = parseMarker(description);
          return marker?.kind === 'epic' ? [marker.engagement] : [];
        })
        .toSorted(),
    state: (key, step) =>
      issue(key, step)
        .labelIds.map((id) => data.labels.find((label) => label.id === id)?.name ?? '')
        .filter((name) => name.startsWith('workflow::'))
        .join(' + '),
  };
  return chain;
}
