import type { Identified } from '#domain/engagement/identify.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { ReconcileOptions } from './deps.ts';
import type { Undecided } from './undecided.ts';

/** The process of an engagement that exists is its own; that of a launch is the one asked for. */
export function processOf(
  processes: ProcessStore,
  found: Identified,
  options: ReconcileOptions,
): ProcessDefinition | Extract<Undecided, { kind: 'unknown-process' }> {
  const id = found.marker?.process ?? options.process ?? '';
  const profile = found.marker === null ? (options.profile ?? null) : found.marker.profile;
  return processes.find(id, profile) ?? { kind: 'unknown-process', process: id, profile };
}
