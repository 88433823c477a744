import type { ProcessDefinition } from '#domain/process/process.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { ReconcileOptions } from './deps.ts';
import type { Undecided } from './undecided.ts';

/** The process of an engagement that exists is its own; that of a launch is the one asked for. */
export function processOf(
  processes: ProcessStore,
  found: Identified,
  options: ReconcileOptions,
): ProcessDefinition | Extract<Undecided, { kind: 'unknown-process' | 'other-process' }> {
  const known = found.record ?? found.marker;
  const id = known?.process ?? options.process ?? '';
  const { process: asked, insistsOnProcess = false } = options;
  if (insistsOnProcess && asked !== undefined && asked !== id)
    return { kind: 'other-process', process: id, asked };
  const profile = known === null ? (options.profile ?? null) : known.profile;
  // One that was judged by other rules than those of now is judged by them, and by nothing where they are gone.
  return (
    processes.find(id, profile, found.record ?? undefined) ?? {
      kind: 'unknown-process',
      process: id,
      profile,
      version: found.record?.version ?? null,
      found: found.epic === null ? null : found,
      reopened: [],
    }
  );
}
