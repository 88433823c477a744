import type { ProcessDefinition } from '#domain/process.ts';
import { recordOfDecision } from '#domain/record-decision.ts';
import { canonicalJson, checksum } from '#domain/record-line.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { ReconcileDeps } from './reconcile.ts';

/** Digests of whole processes, files and all; another one when anything in them is other. */
export function processDigests(
  processes: ProcessStore,
): (named: { readonly id: string; readonly profile: string | null }) => string {
  const digests = new Map<ProcessDefinition | null, string>();
  return ({ id, profile }) => {
    const process = processes.find(id, profile);
    const digest = digests.get(process) ?? checksum(canonicalJson(process));
    digests.set(process, digest);
    return digest;
  };
}

/** Every decision as a line of JSON. @param append takes a line without its line break */
export function recordDecisions(
  { gitlab, processes }: Pick<ReconcileDeps, 'gitlab' | 'processes'>,
  append: (line: string) => Promise<void>,
): NonNullable<ReconcileDeps['onDecided']> {
  const digestOf = processDigests(processes);
  return async (decision) => {
    const processDigest = digestOf(decision.assessment.process);
    const { id: ownUserId } = await gitlab.whoAmI();
    await append(JSON.stringify(recordOfDecision(decision, { processDigest, ownUserId })));
  };
}
