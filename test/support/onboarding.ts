/** Engagements of a process of two versions with a mapping between them, launched with version 1. */
import { join } from 'node:path';
import { doStep } from '#demo/do-step.ts';
import { evidenceFor } from '#domain/assess/assess.ts';
import { stepIdOf } from '#domain/base/keys.ts';
import { once } from '#domain/base/lazily.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { type Seal, UNSEALED } from '#domain/record/line.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { readManagedBlock } from '#domain/text/managed-block.ts';
import { parseMarker, parseNoteMarker } from '#domain/text/marker.ts';
import type { GitLab } from '#ports/gitlab.ts';
import { SILENT } from '#ports/logger.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { carryOutMigration, type Goal, planMigrationOf } from '#reconciler/loop/migrate.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import { loadMapping } from '#templates/load-mapping.ts';
import { loadVersions } from '#templates/load-process.ts';
import { loadProcessStore } from '#templates/process-store.ts';
import { aSow, someSettings } from './builders.ts';
import { startWorld, type TestWorld, type WorldOptions } from './gitlab-world.ts';

export const TEMPLATES = join(import.meta.dirname, '../fixtures/issue_templates');
export const ONBOARDING = join(TEMPLATES, 'onboarding');

/** Read once: nobody changes what was read. */
const PROCESSES = once(async () => await loadProcessStore(TEMPLATES));

export interface OnboardingWorld extends TestWorld {
  readonly deps: ReconcileDeps;
  over(gitlab: GitLab): ReconcileDeps;
  /** Launches an engagement with a version. */
  launch(key: string, changes?: Partial<Sow>, version?: number): Promise<void>;
  /** Does steps properly, reconciling after each; by the names of the engagement's version. */
  walk(key: string, ...steps: readonly string[]): Promise<void>;
  look(key: string): Promise<void>;
  say(username: string, item: Issue | Epic, body: string): void;
  issue(key: string, step: string): Issue;
  epic(key: string): Epic;
  labels(item: Issue | Epic): readonly string[];
  state(key: string, step: string): string;
  notes(item: Issue | Epic, rule: string): readonly string[];
  /** What people see of an engagement, without the record and what depends on the hour. */
  shape(key: string): unknown;
  /** What stands outside of our lines, byte by byte. */
  peoplesText(): readonly string[];
}

/** Goal of a migration of the onboarding process. @param to `null`: back */
export function goal(to: number | null): Goal {
  return {
    process: 'onboarding',
    to,
    mapping: async (from, then) =>
      await loadMapping(ONBOARDING, await loadVersions(ONBOARDING), { from, to: then }),
  };
}

/** Plans and carries out, as somebody who has looked at the plan. Throws what stops it. */
export async function migrate(deps: ReconcileDeps, key: string, to: number | null): Promise<string> {
  const state = await deps.gitlab.readEngagement(key, { always: true });
  const planned = await planMigrationOf(deps, state, goal(to));
  if (planned?.kind !== 'planned') return planned?.kind ?? 'none';
  const { digest } = planned.migration;
  return (await carryOutMigration(deps, key, { goal: goal(to), digest })).kind;
}

export async function startOnboarding(
  options: WorldOptions & { readonly seal?: Seal } = {},
): Promise<OnboardingWorld> {
  const { seal = UNSEALED, ...worldOptions } = options;
  const world = await startWorld(worldOptions);
  const processes = await PROCESSES();
  const settings = someSettings();
  const over = (gitlab: GitLab): ReconcileDeps => ({
    gitlab,
    processes,
    settings,
    seal,
    logger: SILENT,
    clock: { now: () => (worldOptions.now?.() ?? new Date()).toISOString() },
  });
  const deps = over(world.gitlab);
  const data = world.sandbox.world;
  const sows = new Map<string, Sow>();
  const find = <T extends Epic | Issue>(items: readonly T[], key: string, step: string | null): T => {
    const item = items.find(({ description }) => {
      const marker = parseMarker(description);
      return marker?.engagement === key && marker.step === step;
    });
    if (item === undefined) throw new Error(`nothing in the sandbox is ${step ?? 'the epic'} of ${key}`);
    return item;
  };
  const labels = (item: Issue | Epic): readonly string[] =>
    item.labelIds.map((id) => data.labels.find((label) => label.id === id)?.name ?? `unknown ${id}`);
  const issue = (key: string, step: string): Issue => find(data.issues, key, step);
  const epic = (key: string): Epic => find<Epic | Issue>([...data.epics, ...data.issues], key, null) as Epic;
  const notesOf = (item: Issue | Epic): readonly string[] =>
    data.notes
      .filter(({ target, system }) => !system && target.kind === item.kind && target.id === item.id)
      .map(({ body }) => body);
  const outside = (text: string): string => {
    const block = readManagedBlock(text);
    return block === null ? text : `${block.before}[…]${block.after}`;
  };
  const look = async (key: string): Promise<void> =>
    void (await reconcile(deps, key, { comments: LOOK_EVERYWHERE }));
  return {
    ...world,
    deps,
    over,
    look,
    launch: async (key, changes = {}, version = 1) => {
      const sow = aSow({ ...changes, sow: { number: key, signed_on: '2026-11-02' } });
      sows.set(key, sow);
      await reconcile({ ...deps, processes: launching(processes, version) }, key, {
        sow,
        process: 'onboarding',
      });
    },
    walk: async (key, ...steps) => {
      for (const step of steps) {
        const { owner, fields } = stepOf(deps, key, step);
        doStep(
          world.sandbox.operations,
          world.sandbox.user(owner === 'manager' ? 'mira' : 'eli'),
          issue(key, step),
          fields(sows.get(key) ?? aSow()),
        );
        await look(key);
      }
    },
    say: (username, item, body) =>
      void world.sandbox.operations.createNote(world.sandbox.user(username), item, body),
    issue,
    epic,
    labels,
    state: (key, step) =>
      labels(issue(key, step))
        .filter((label) => label.startsWith('workflow::'))
        .join(' + '),
    notes: (item, rule) => notesOf(item).filter((body) => parseNoteMarker(body)?.startsWith(rule) === true),
    shape: (key) => {
      const own = data.issues.filter(({ description }) => parseMarker(description)?.engagement === key);
      const name = (id: number): string =>
        parseMarker(own.find((one) => one.id === id)?.description ?? '')?.step ?? '?';
      const ids = new Set(own.map(({ id }) => id));
      return {
        epic: [epic(key).state, labels(epic(key)).toSorted()],
        issues: own
          .map((one) => ({
            step: name(one.id),
            title: one.title,
            state: one.state,
            labels: labels(one).toSorted(),
            assignees: one.assigneeIds,
            dueDate: one.dueDate,
            // A new issue names others without their numbers, and gets those with its next change.
            kept: readManagedBlock(one.description)?.content.replaceAll(/#\d+ /g, ''),
            notes: notesOf(one).length,
          }))
          .toSorted((a, b) => (a.step < b.step ? -1 : 1)),
        links: data.links
          .filter(
            ({ sourceId, targetId, type }) => type === 'blocks' && ids.has(sourceId) && ids.has(targetId),
          )
          .map(({ sourceId, targetId }) => `${name(sourceId)} > ${name(targetId)}`)
          .toSorted(),
      };
    },
    peoplesText: () =>
      [...data.epics, ...data.issues].map(
        ({ id, kind, description }) => `${kind} ${id}\n${outside(description)}`,
      ),
  };
}

/** The store as it was while this version was the current one. */
function launching(processes: ProcessStore, version: number): ProcessStore {
  return {
    ...processes,
    find: (id, profile, which) => processes.find(id, profile, which ?? { version, rules: null }),
  };
}

function stepOf(
  { processes }: ReconcileDeps,
  key: string,
  step: string,
): { readonly owner: string; readonly fields: (sow: Sow) => ReturnType<typeof evidenceFor> } {
  const definitions = [1, 2].flatMap((version): readonly ProcessDefinition[] => {
    const found = processes.find('onboarding', null, { version, rules: null });
    return found === null ? [] : [found];
  });
  const fields = definitions.flatMap(({ steps }) => steps.filter(({ id }) => id === stepIdOf(step)));
  const [first] = fields;
  if (first === undefined) throw new Error(`no version has a step ${step} of ${key}`);
  return { owner: first.owner, fields: (sow) => fields.flatMap((one) => evidenceFor(one, sow)) };
}
