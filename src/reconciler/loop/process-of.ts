import type { Settings } from '#domain/base/settings.ts';
import { launchFor } from '#domain/process/launch.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { Sow } from '#domain/sow/sow.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { ReconcileOptions } from './deps.ts';
import type { Undecided } from './undecided.ts';

/** The process of an engagement that exists is its own; that of a launch is the one asked for, else what the settings choose for its SOW. */
export function processOf(
  processes: ProcessStore,
  found: Identified,
  { sow, settings, ...options }: ReconcileOptions & { readonly sow: Sow; readonly settings: Settings },
): ProcessDefinition | Extract<Undecided, { kind: 'unknown-process' | 'other-process' }> {
  const known = found.record ?? found.marker;
  const { process: asked, insistsOnProcess = false } = options;
  const launch =
    asked === undefined
      ? launchFor(sow, settings.launch)
      : { process: asked, profile: options.profile ?? null };
  const { process: id, profile } = known ?? launch;
  if (insistsOnProcess && asked !== undefined && asked !== id)
    return { kind: 'other-process', process: id, asked };
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
