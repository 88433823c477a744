/** An engagement of version 1 of Quote to sign-off, under the number of its SOW, and the deal that it came of. */
import { join } from 'node:path';
import { fillIn } from '#demo/do-step.ts';
import { evidenceFor } from '#domain/assess/assess.ts';
import { dealOf } from '#domain/migration/deal-of.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { type Seal, UNSEALED } from '#domain/record/line.ts';
import { Deal } from '#domain/sow/deal.ts';
import { keyOf } from '#domain/sow/subject.ts';
import { readManagedBlock } from '#domain/text/managed-block.ts';
import type { Places } from '#ports/gitlab.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import {
  type CarriedOut,
  carryOutMigration,
  type Goal,
  type PlannedMigration,
  planGone,
  planMigrationOf,
} from '#reconciler/loop/migrate.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { loadMapping } from '#templates/load-mapping.ts';
import { loadVersions } from '#templates/load-process.ts';
import { loadProcessStore } from '#templates/process-store.ts';
import { aDeal, type ChainOptions, type ChainWorld, startChain } from './chain.ts';
import { sampleSow } from './engagement.ts';

const TEMPLATES = join(import.meta.dirname, '../../issue_templates');
const QUOTE = 'quote-to-signoff';
export const SOW = 'SOW-1042';
export const DEAL = 'DEAL-88121';

const KEPT = /<!-- procession:kept [^]*?<!-- procession:kept-end -->/g;

/** Reading all versions of all processes takes longer than a migration. */
const store = loadProcessStore(TEMPLATES);

/** Steps of version 1, in order. */
export const FIRST_STEPS = [
  'discovery',
  'rom-estimate',
  'rom-approval',
  'opportunity',
  'approval-decision',
  'quote',
  'sow-draft',
  'approvals',
  'signature',
  'billing',
  'delivery-handover',
  'customer-acceptance',
  'sign-off-document',
  'collections',
] as const;

/** The deal that names SOW-1042. */
export async function theDeal(changes: Readonly<Record<string, unknown>> = {}): Promise<Deal> {
  const { deal, ...others } = await aDeal('negotiating', { sow: { number: SOW } });
  const { opportunity } = await sampleSow(SOW);
  return Deal.parse({ ...others, deal: { ...deal, key: DEAL, url: opportunity?.url }, ...changes });
}

export interface OldQuote extends ChainWorld {
  /** Closes steps of version 1, each answered by the engine. */
  done(...steps: readonly string[]): Promise<void>;
  look(key: string): Promise<void>;
  plan(deal: Deal | null): Promise<PlannedMigration>;
  migrate(deal: Deal | null, gitlab?: Places): Promise<CarriedOut | PlannedMigration>;
  labels(step: string): readonly string[];
  /** What stands outside of our lines, byte by byte. */
  peoplesText(): readonly string[];
  /** Everything that people see of the engagement, whatever its key, without what depends on the hour. */
  shape(): readonly { readonly id: number; readonly notes: number }[];
}

/** The goal of a migration to version 2. @param deal that of the file; `null`: there is no file */
export function toDeal(deal: Deal | null): Goal {
  const folder = join(TEMPLATES, QUOTE);
  return {
    process: QUOTE,
    to: 2,
    mapping: async (from, to) => await loadMapping(folder, await loadVersions(folder), { from, to }),
    dealOf: async (key) => dealOf(key, deal === null ? [] : [{ file: `deals/${DEAL}.yml`, deal }], false),
  };
}

/** Launches it as it was launched when version 1 was the current one. */
export async function startOldQuote(
  { seal = UNSEALED, ...options }: ChainOptions & { readonly seal?: Seal } = {},
  begin: (world: OldQuote) => Promise<void> = launchOld,
): Promise<OldQuote> {
  const world = await startChain(options);
  const processes = await store;
  const over = (gitlab: Places): ReconcileDeps => ({ ...world.over(gitlab), processes, seal });
  const deps = over(world.deps.gitlab);
  const { sandbox } = world;
  const { world: data, operations } = sandbox;
  const look = async (key: string): Promise<void> =>
    void (await reconcile(deps, key, { comments: LOOK_EVERYWHERE }));
  const plan = async (deal: Deal | null, over: ReconcileDeps): Promise<PlannedMigration> => {
    const state = await over.gitlab.readEngagement(SOW, { always: true });
    return (await planMigrationOf(over, state, toDeal(deal))) ?? (await planGone(over, SOW, toDeal(deal)));
  };
  const labelsOf = (ids: readonly number[]): string[] =>
    ids.map((id) => data.labels.find((label) => label.id === id)?.name ?? `unknown ${id}`);
  const quote: OldQuote = {
    ...world,
    deps,
    over,
    look,
    run: async (key, extra) => await reconcile(deps, key, extra),
    tell: async (subject, extra) => await reconcile(deps, keyOf(subject), { sow: subject, ...extra }),
    done: async (...steps) => {
      const [definition, sow] = [await firstVersion(), await sampleSow(SOW)];
      for (const id of steps) {
        const step = definition.steps.find((one) => one.id === id);
        if (step === undefined) throw new Error(`version 1 has no step ${id}`);
        const item = world.issue(SOW, id);
        fillIn(operations, sandbox.user('eli'), item, evidenceFor(step, sow));
        operations.updateIssue(sandbox.user('eli'), item, { stateEvent: 'close' });
        await look(SOW);
      }
    },
    plan: async (deal) => await plan(deal, deps),
    migrate: async (deal, gitlab = deps.gitlab) => {
      const now = over(gitlab);
      const planned = await plan(deal, now);
      const digest = planned.kind === 'planned' ? planned.migration.digest : 'none';
      return planned.kind === 'failed' || planned.kind === 'stays'
        ? planned
        : await carryOutMigration(now, SOW, { goal: toDeal(deal), digest });
    },
    labels: (step) => labelsOf(world.issue(DEAL, step).labelIds),
    peoplesText: () =>
      [...data.epics, ...data.issues].map(({ id, kind, description }) => {
        const block = readManagedBlock(description);
        const text = block === null ? description : `${block.before}[…]${block.after}`;
        return `${kind} ${id}\n${text.replaceAll(KEPT, '[…]')}`;
      }),
    shape: () =>
      [...data.epics, ...data.issues]
        .map(({ id, kind, title, state, confidential, labelIds, description }) => ({
          id,
          kind,
          title,
          state,
          confidential,
          labels: labelsOf(labelIds).toSorted(),
          marker: description.split('\n', 1)[0],
          notes: data.notes.filter(
            ({ target, system }) => !system && target.kind === kind && target.id === id,
          ).length,
        }))
        .toSorted((one, other) => one.id - other.id),
  };
  await begin(quote);
  return quote;
}

async function firstVersion(): Promise<ProcessDefinition> {
  const found = (await store).find(QUOTE, null, { version: 1, rules: null });
  if (found === null) throw new Error('version 1 is gone');
  return found;
}

async function launchOld({ deps }: OldQuote): Promise<void> {
  const processes = deps.processes;
  const old = {
    ...processes,
    find: ((id, profile, which) =>
      processes.find(id, profile, which ?? { version: 1, rules: null })) as typeof processes.find,
  };
  const sow = await sampleSow(SOW);
  await reconcile({ ...deps, processes: old }, SOW, { sow, process: QUOTE, insistsOnProcess: true });
}
