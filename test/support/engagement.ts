/** A world with the real processes and the engine, for tests of whole engagements. */

import { join } from 'node:path';
import { doStep } from '#demo/do-step.ts';
import { evidenceFor } from '#domain/assess/assess.ts';
import { stepIdOf } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { type Seal, UNSEALED } from '#domain/record/line.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { begunOn, keyOf, type Subject } from '#domain/sow/subject.ts';
import { parseMarker, parseNoteMarker } from '#domain/text/marker.ts';
import type { GitLab } from '#ports/gitlab.ts';
import { SILENT } from '#ports/logger.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { ReconcileDeps, ReconcileOptions } from '#reconciler/loop/deps.ts';
import { type Outcome, reconcile } from '#reconciler/loop/reconcile.ts';
import type { Epic, Issue, Note } from '#sandbox/world.ts';
import { loadProcess } from '#templates/load-process.ts';
import { loadSow } from '#templates/load-sow.ts';
import { someSettings } from './builders.ts';
import { beginFrom, type Snapshot, snapshotOf } from './copied-world.ts';
import { startWorld, type TestWorld, type WorldOptions } from './gitlab-world.ts';

const root = join(import.meta.dirname, '../..');

/** Reads a file of `sows/`, once. */
export const sampleSow = once(
  async (number: string): Promise<Sow> => (await loadSow(join(root, `sows/${number}.yml`))).sow,
);

/** Reads a folder of `issue_templates/`, once. */
export const realProcess = once(
  async (id: string, profile: string | null = null): Promise<ProcessDefinition> =>
    await loadProcess(join(root, 'issue_templates', id), profile),
);

/** Nobody changes what was read: all who ask for the same get the same. */
function once<Args extends readonly unknown[], T>(
  load: (...args: Args) => Promise<T>,
): (...args: Args) => Promise<T> {
  const loaded = new Map<string, Promise<T>>();
  return async (...args) => {
    const key = JSON.stringify(args);
    const known = loaded.get(key) ?? load(...args).then(deepFreeze);
    loaded.set(key, known);
    return await known;
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

export function storeOf(...processes: readonly ProcessDefinition[]): ProcessStore {
  return {
    ids: processes.map(({ id }) => id),
    fingerprint: 'test',
    find: (id, profile) =>
      processes.find((process) => process.id === id && process.profile === profile) ?? null,
  };
}

/** Settings by which every SOW starts one process. */
export function launching({ id, profile }: ProcessDefinition): Pick<Settings, 'launch'> {
  return { launch: { choices: [], otherwise: { process: id, profile } } };
}

/** The engine with the delivery process, on the real clock. */
export async function deliveryEngine(gitlab: GitLab): Promise<ReconcileDeps> {
  return {
    gitlab,
    processes: storeOf(await realProcess('delivery')),
    settings: someSettings(),
    seal: UNSEALED,
    logger: SILENT,
    clock: { now: () => new Date().toISOString() },
  };
}

export interface EngagementWorld extends TestWorld {
  readonly deps: ReconcileDeps;
  readonly sow: Sow;
  readonly process: ProcessDefinition;
  /** Launches the SOW, or reconciles it with its source at hand. */
  apply(options?: ReconcileOptions): Promise<Outcome>;
  /** Reconciles from GitLab alone. */
  reconcile(options?: ReconcileOptions): Promise<Outcome>;
  /** The same engine over another port, for faults. */
  over(gitlab: GitLab): ReconcileDeps;
  /** The engagement's epic; on GitLab Free its tracking issue, which has everything an epic has but a group. */
  epic(): Epic;
  issue(step: string): Issue;
  labels(item: Issue | Epic): readonly string[];
  state(step: string): string;
  notes(item: Issue | Epic): readonly Note[];
  notesOf(item: Issue | Epic, rule: string): readonly Note[];
  /** Does steps properly, in order, reconciling after each. */
  walk(...steps: readonly string[]): Promise<void>;
  by(username: string): {
    close(item: Issue | Epic): void;
    reopen(item: Issue | Epic): void;
    label(item: Issue | Epic, label: string): void;
    write(item: Issue | Epic, description: string): void;
  };
}

export interface EngagementOptions extends WorldOptions {
  /** Or a deal, with a process about deals. */
  readonly sow?: Subject;
  readonly process?: ProcessDefinition;
  readonly settings?: Partial<Settings>;
  /** Records are sealed; without it they are not. */
  readonly seal?: Seal;
}

const BEGUN = Date.now();

/** Runs from the morning of a day, so that what is late does not depend on the day of the test. */
function clockFrom(day: string): () => Date {
  return () => new Date(Date.parse(`${day}T10:00:00Z`) + Date.now() - BEGUN);
}

export async function startEngagement(options: EngagementOptions = {}): Promise<EngagementWorld> {
  const { sow: given, process: wanted, settings, seal = UNSEALED, ...others } = options;
  const sow = given ?? (await sampleSow('SOW-1042'));
  const key = keyOf(sow);
  const now = others.now ?? clockFrom(begunOn(sow));
  const world = await startWorld({ ...others, now });
  const process = wanted ?? (await realProcess('delivery'));
  const over = (gitlab: GitLab): ReconcileDeps => ({
    gitlab,
    processes: storeOf(process),
    settings: someSettings({ ...launching(process), ...settings }),
    seal,
    logger: SILENT,
    clock: { now: () => now().toISOString() },
  });
  const deps = over(world.gitlab);
  const { sandbox } = world;
  const data = sandbox.world;
  const marked = <T extends Epic | Issue>(items: readonly T[], step: string | null): T => {
    const item = items.find(({ description }) => {
      const marker = parseMarker(description);
      return marker?.engagement === key && marker.step === step;
    });
    if (item === undefined) throw new Error(`nothing in the sandbox is ${step ?? 'the epic'} of ${key}`);
    return item;
  };
  const labels = (item: Issue | Epic): readonly string[] =>
    item.labelIds.map((id) => data.labels.find((label) => label.id === id)?.name ?? `unknown ${id}`);
  const notes = (item: Issue | Epic): readonly Note[] =>
    data.notes.filter(({ target, system }) => !system && target.kind === item.kind && target.id === item.id);
  // What remains of an issue that was moved keeps its marker.
  const issue = (step: string): Issue =>
    marked(
      data.issues.filter(({ movedToId }) => movedToId === undefined),
      step,
    );
  const change = (
    username: string,
    item: Issue | Epic,
    changes: { stateEvent?: 'close' | 'reopen'; addLabels?: readonly string[]; description?: string },
  ): void => {
    const actor = sandbox.user(username);
    if (item.kind === 'issue') sandbox.operations.updateIssue(actor, item, changes);
    else sandbox.operations.updateEpic(actor, item, changes);
  };
  const engagement: EngagementWorld = {
    ...world,
    deps,
    sow: sow as Sow,
    process,
    over,
    apply: async (extra) =>
      await reconcile(deps, key, { sow, process: process.id, profile: process.profile, ...extra }),
    reconcile: async (extra) => await reconcile(deps, key, extra),
    epic: () => marked<Epic | Issue>([...data.epics, ...data.issues], null) as Epic,
    issue,
    labels,
    state: (step) =>
      labels(issue(step))
        .filter((label) => label.startsWith('workflow::'))
        .join(' + '),
    notes,
    notesOf: (item, rule) => notes(item).filter(({ body }) => parseNoteMarker(body) === rule),
    walk: async (...steps) => {
      for (const id of steps) {
        const step = process.steps.find((candidate) => candidate.id === stepIdOf(id));
        if (step === undefined) throw new Error(`no step ${id}`);
        doStep(
          sandbox.operations,
          sandbox.user(step.owner === 'manager' ? 'mira' : 'eli'),
          issue(id),
          evidenceFor(step, sow),
        );
        await engagement.reconcile();
      }
    },
    by: (username) => ({
      close: (item) => change(username, item, { stateEvent: 'close' }),
      reopen: (item) => change(username, item, { stateEvent: 'reopen' }),
      label: (item, label) => change(username, item, { addLabels: [label] }),
      write: (item, description) => change(username, item, { description }),
    }),
  };
  return engagement;
}

/** Starts a world that begins where another one stood, in the hands of an engine that knows nothing of it. */
export async function startFrom(left: Snapshot, options: EngagementOptions = {}): Promise<EngagementWorld> {
  const world = await startEngagement(options);
  beginFrom(world, left);
  return world;
}

const launched = new Map<string, Snapshot>();

/**
 * Starts a world in which the SOW was launched a moment ago, by another process: the adapters know nothing yet, and the
 * ledger is empty. Launched once for everything that is equal in the options, copied after that.
 */
export async function startLaunched(options: EngagementOptions = {}): Promise<EngagementWorld> {
  const world = await startEngagement(options);
  const key = JSON.stringify([world.url, { ...options, now: options.now?.() }]);
  const known = launched.get(key);
  if (known === undefined) {
    await reconcile(world.over(world.connect()), keyOf(world.sow), {
      sow: world.sow,
      process: world.process.id,
      profile: world.process.profile,
    });
    world.forget();
    launched.set(key, snapshotOf(world));
  } else beginFrom(world, known);
  return world;
}

/** Everything but the trackers and the closing steps, in an order in which they can be done (AWS). */
export const BEFORE_CLOSING = [
  'assign-engineer',
  'welcome-email',
  'kick-off',
  'intake-aws',
  'project-summary',
  'customer-sign-off',
] as const;
