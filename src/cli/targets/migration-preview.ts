/** What a migration to the version in this folder would mean for running engagements, for a merge request that changes a process. */
import type { CommandContext } from '#cli/terminal/command.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import type { Decision } from '#reconciler/loop/decide.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { type PlannedMigration, planMigrationOf } from '#reconciler/loop/migrate.ts';
import { migrationGroups } from '#render/migration-text.ts';
import { counted } from '#render/paint.ts';
import { goalOf } from './migrate-version.ts';

/** Running engagements of one process that go by another version than the current one. */
export interface MigrationPreview {
  readonly process: string;
  readonly to: number;
  /** One line each. @example `14 engagements: + Design review` */
  readonly groups: readonly string[];
}

/** Previews of several processes, filled engagement by engagement. */
export interface Previewing {
  readonly add: (state: ActualState, decision: Decision) => Promise<void>;
  readonly previews: () => readonly MigrationPreview[];
}

/** Begins without any; an engagement that goes by the current version of its process, or is closed, adds nothing. */
export function previewMigrations(context: CommandContext, deps: ReconcileDeps): Previewing {
  const planned = new Map<string, { readonly to: number; readonly all: PlannedMigration[] }>();
  const goals = new Map<string, ReturnType<typeof goalOf>>();
  return {
    add: async (state, { facts }) => {
      const { process } = facts.assessment;
      const current = deps.processes.find(process.id, process.profile);
      if (current === null || current.version <= process.version || facts.assessment.complete) return;
      const known = goals.get(process.id) ?? goalOf(context, process.id, current.version);
      goals.set(process.id, known);
      const one = await planMigrationOf(deps, state, known);
      const { all } = planned.get(process.id) ?? { all: [] };
      planned.set(process.id, { to: current.version, all: one === null ? all : [...all, one] });
    },
    previews: () => [...planned].map(([process, { to, all }]) => ({ process, to, groups: groupsOf(all) })),
  };
}

function groupsOf(planned: readonly PlannedMigration[]): readonly string[] {
  const failed = planned.filter(({ kind }) => kind === 'failed');
  return [
    ...migrationGroups(
      planned.flatMap((one) => (one.kind === 'planned' ? [one.migration] : [])),
      planned.flatMap((one) => (one.kind === 'stays' ? [one] : [])),
    ),
    ...(failed.length === 0 ? [] : [`${counted(failed.length, 'engagement')} cannot be migrated yet`]),
  ];
}

/** A preview for people, without colours. */
export function previewText({ process, to, groups }: MigrationPreview): string {
  const head = `${process}: running engagements keep their version. procession migrate ${process} --to ${to} would mean`;
  return [head, ...groups.map((line) => `  ${line}`)].join('\n');
}
