import { compareText } from '#domain/base/compare-text.ts';
import type { SubjectKind } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { launchFor } from '#domain/process/launch.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { Identified } from '#domain/record/identify.ts';
import { isDeal, kindOf, type Subject } from '#domain/sow/subject.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { ReconcileOptions } from './deps.ts';
import type { Undecided } from './undecided.ts';

/** What the choice of a process takes. */
interface Choice extends Pick<ReconcileOptions, 'process' | 'profile' | 'insistsOnProcess'> {
  readonly sow: Subject;
  readonly settings: Pick<Settings, 'deals' | 'launch'>;
}

/**
 * The process of an engagement that exists is its own; that of a launch is the one asked for. A deal runs by a process
 * about deals, a SOW by one about SOWs.
 */
export function processOf(
  processes: ProcessStore,
  found: Identified,
  choice: Choice,
): ProcessDefinition | Extract<Undecided, { kind: 'unknown-process' | 'other-process' | 'no-process' }> {
  const known = found.record ?? found.marker;
  const launch = known === null ? launchOf(processes, choice) : null;
  if (launch !== null && 'kind' in launch) return launch;
  const id = known?.process ?? launch?.process ?? '';
  const { process: asked, insistsOnProcess = false } = choice;
  if (insistsOnProcess && asked !== undefined && asked !== id)
    return { kind: 'other-process', process: id, asked };
  const profile = known === null ? (launch?.profile ?? null) : known.profile;
  // One that was judged by other rules than those of now is judged by them, and by nothing where they are gone.
  const process = processes.find(id, profile, found.record ?? undefined);
  if (process === null)
    return {
      kind: 'unknown-process',
      process: id,
      profile,
      version: found.record?.version ?? null,
      broken: processes.broken?.has(id) === true,
      found: found.epic === null ? null : found,
      reopened: [],
    };
  const about = kindOf(choice.sow);
  return process.about === about
    ? process
    : { kind: 'no-process', about, asked: id, ids: idsAbout(processes, about) };
}

/** The process that somebody insists on, or that settings and store have for deals or for SOWs. */
function launchOf(
  processes: ProcessStore,
  { process, profile = null, insistsOnProcess, sow, settings }: Choice,
):
  | { readonly process: string; readonly profile: string | null }
  | Extract<Undecided, { kind: 'no-process' }> {
  const isAsked = process !== undefined && (!isDeal(sow) || insistsOnProcess === true);
  if (isAsked) return { process, profile };
  if (!isDeal(sow)) return launchFor(sow, settings.launch);
  if (settings.deals.process !== null) return { process: settings.deals.process, profile: null };
  return onlyAbout(processes, 'deal');
}

/**
 * The only process about something. One that has problems counts as long as it is, or may be, about it: the others are
 * not the only ones because somebody has made a mistake in its files. Where none can be used, it is the one that is
 * missing.
 */
function onlyAbout(
  processes: ProcessStore,
  about: SubjectKind,
): { readonly process: string; readonly profile: null } | Extract<Undecided, { kind: 'no-process' }> {
  const usable = idsAbout(processes, about);
  const { sure, unsure } = brokenAbout(processes, about);
  const [only = sure[0] ?? unsure[0]] = usable;
  const broken = [...sure, ...unsure];
  const isClear = usable.length === 0 || (usable.length === 1 && broken.length === 0);
  if (only !== undefined && isClear) return { process: only, profile: null };
  const ids = [...usable, ...broken].toSorted(compareText);
  return { kind: 'no-process', about, asked: null, ids, ...(broken.length === 0 ? {} : { broken }) };
}

function idsAbout(processes: ProcessStore, about: SubjectKind): readonly string[] {
  return processes.ids.filter((id) => processes.find(id, null)?.about === about);
}

/** Processes with problems that are about something, and those that may be. */
function brokenAbout(
  { broken = new Map(), brokenAbout = new Map() }: ProcessStore,
  about: SubjectKind,
): { readonly sure: readonly string[]; readonly unsure: readonly string[] } {
  const ids = [...broken.keys()];
  return {
    sure: ids.filter((id) => brokenAbout.get(id) === about),
    unsure: ids.filter((id) => !brokenAbout.has(id)),
  };
}
