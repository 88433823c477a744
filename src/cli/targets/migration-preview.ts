/** What a migration to the version in this folder would mean for running engagements, for a merge request that changes a process. */
import type { CommandContext } from '#cli/terminal/command.ts';
import { counted } from '#domain/base/sentence.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import { textsHash } from '#domain/versions/texts-hash.ts';
import type { Decision } from '#reconciler/loop/decide.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { type Goal, type PlannedMigration, planMigrationOf } from '#reconciler/loop/migrate.ts';
import { migrationGroups } from '#render/migration-text.ts';
import { goalOf } from './migrate-version.ts';

/** Running engagements of one process that go by another version than the current one, or show older texts of it. */
export interface MigrationPreview {
  readonly process: string;
  readonly to: number | 'texts';
  /** One line each. @example `14 engagements: + Design review` */
  readonly groups: readonly string[];
}

/** Previews of several processes, filled engagement by engagement. */
export interface Previewing {
  readonly add: (state: ActualState, decision: Decision) => Promise<void>;
  readonly previews: () => readonly MigrationPreview[];
}

/** Begins without any; an engagement that goes by the current version and texts of its process, or is closed, adds nothing. */
export function previewMigrations(context: CommandContext, deps: ReconcileDeps): Previewing {
  const begun = new Map<string, { readonly goal: Goal; readonly planned: PlannedMigration[] }>();
  return {
    add: async (state, { facts }) => {
      const { process, closed } = facts.assessment;
      const current = deps.processes.find(process.id, process.profile);
      if (current === null || current.version < process.version || closed) return;
      const to = current.version > process.version ? current.version : 'texts';
      if (to === 'texts' && facts.rules.texts === textsHash(current)) return;
      const known = begun.get(`${process.id} ${to}`) ?? {
        goal: goalOf(context, process.id, to),
        planned: [],
      };
      begun.set(`${process.id} ${to}`, known);
      const one = await planMigrationOf(deps, state, known.goal);
      if (one !== null) known.planned.push(one);
    },
    previews: () =>
      [...begun.values()].flatMap(({ goal: { process, to }, planned }) =>
        to === null ? [] : [{ process, to, groups: groupsOf(planned) }],
      ),
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
  const [kept, option] = to === 'texts' ? ['texts', '--texts'] : ['version', `--to ${to}`];
  const head = `${process}: running engagements keep their ${kept}. procession migrate ${process} ${option} would mean`;
  return [head, ...groups.map((line) => `  ${line}`)].join('\n');
}
