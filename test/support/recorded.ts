/** Decisions of an engagement as lines, and what other rules make of them. */
import { emptyGitLab } from '#cli/offline-gitlab.ts';
import { compareDecisions, type DecisionDifference } from '#domain/compare-decisions.ts';
import { type DecisionRecord, parseDecisionRecord } from '#domain/decision-record.ts';
import { decideAgain } from '#reconciler/decide-again.ts';
import { type ReconcileDeps, type ReconcileOptions, reconcile } from '#reconciler/reconcile.ts';
import { recordDecisions } from '#reconciler/record-decisions.ts';
import type { EngagementWorld } from './engagement.ts';

export interface Recording {
  readonly lines: string[];
  reconcile(options?: ReconcileOptions): Promise<void>;
}

export function startRecording(world: EngagementWorld): Recording {
  const lines: string[] = [];
  const onDecided = recordDecisions(world.deps, async (line) => void lines.push(line));
  return {
    lines,
    reconcile: async (options) =>
      void (await reconcile({ ...world.deps, onDecided }, world.sow.sow.number, options)),
  };
}

export function recordOf(line: string): DecisionRecord {
  const record = parseDecisionRecord(line, { file: 'events.jsonl', line: 1 });
  if ('message' in record) throw new Error(`${record.path}: ${record.message}`);
  return record;
}

/** `null` for each that is decided alike, a text for one that cannot be decided. */
export async function replayed(
  lines: readonly string[],
  rules: Pick<ReconcileDeps, 'processes' | 'settings'>,
): Promise<readonly (DecisionDifference | string | null)[]> {
  const results = [];
  for (const line of lines) {
    const record = recordOf(line);
    const again = await decideAgain(emptyGitLab(), record, rules);
    results.push(again.kind === 'decided' ? compareDecisions(record.decided, again.decided) : again.kind);
  }
  return results;
}
