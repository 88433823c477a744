import type { Logger } from '#ports/logger.ts';
import type { ReconcileDeps } from '#reconciler/reconcile.ts';
import { recordDecisions } from '#reconciler/record-decisions.ts';
import { openDecisionFile } from './cli/decision-file.ts';

/** What tells the decisions of the service to a file; nothing without one. @throws InvalidInputError when it cannot be written */
export async function wireRecord(
  file: string | null,
  deps: Pick<ReconcileDeps, 'gitlab' | 'processes'>,
  logger: Logger,
): Promise<Pick<ReconcileDeps, 'onDecided'>> {
  if (file === null) return {};
  const append = await openDecisionFile(file, file, (message) => logger.error(message));
  return { onDecided: recordDecisions(deps, append) };
}
