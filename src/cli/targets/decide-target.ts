/** Reads and decides about one engagement or SOW, for the commands that only look. */

import type { CommandContext, CommandOption } from '#cli/terminal/command.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { Launch } from '#domain/base/settings.ts';
import { launchesOf, launchFor } from '#domain/process/launch.ts';
import type { SourceSow } from '#domain/sow/history.ts';
import { fileNamed } from '#domain/sow/sow-file.ts';
import { isDeal, type Subject } from '#domain/sow/subject.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { type Decision, decide } from '#reconciler/loop/decide.ts';
import type { ReconcileOptions } from '#reconciler/loop/deps.ts';
import { readWhole } from '#reconciler/loop/look-closer.ts';
import type { Undecided } from '#reconciler/loop/undecided.ts';
import { emptyGitLab } from './offline-gitlab.ts';
import type { Target } from './target.ts';
import { undecidedError } from './undecided.ts';

/** Target that is decided anew: an engagement or a SOW file, but no plan file. */
export type LiveTarget = Exclude<Target, { kind: 'plan-file' }>;

/** Options of every command that may launch. */
export const LAUNCH_OPTIONS = {
  process: {
    type: 'string',
    placeholder: 'id',
    help: 'Process of a new engagement (default: that of procession.yml); an existing one keeps its own',
  },
  profile: { type: 'string', placeholder: 'id', help: 'Variant of the process, for a new engagement' },
  'same-engagement': {
    type: 'boolean',
    help: 'The SOW is that of the running engagement, although customer, signing day or opportunity differ',
  },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** Process and profile for a launch: those asked for, else those that the settings choose for the SOW. */
export function launchOf(context: CommandContext, sow: Subject | null): Launch {
  const { launch } = context.wire.settings();
  const chosen = sow === null || isDeal(sow) ? launch.otherwise : launchFor(sow, launch);
  const process = context.text('process') ?? chosen.process;
  // A profile of the settings belongs to the process that the settings name it with.
  const known = [chosen, ...launchesOf(launch)].find((one) => one.process === process);
  return { process, profile: context.text('profile') ?? known?.profile ?? null };
}

/**
 * Refuses a misspelt `--process` or `--profile`, even where the engagement exists with a process of its own.
 *
 * @throws ConfigError
 */
export function verifyLaunch(
  context: CommandContext,
  engagement: EngagementKey,
  { launch, processes }: { readonly launch: Launch; readonly processes: ProcessStore },
): void {
  const asked = context.text('process') !== undefined || context.text('profile') !== undefined;
  if (asked && processes.find(launch.process, launch.profile) === null)
    throw undecidedError(
      engagement,
      { kind: 'unknown-process', ...launch, version: null, broken: false, found: null, reopened: [] },
      processes.ids,
    );
}

/** What the options of a command say of an engagement that exists. */
export function existingOf(
  context: CommandContext,
): Pick<ReconcileOptions, 'insistsOnProcess' | 'sameEngagement'> {
  return {
    insistsOnProcess: context.text('process') !== undefined,
    sameEngagement: context.flag('same-engagement'),
  };
}

/** Reason why a decision was made without GitLab; `null`: GitLab was asked. */
export type OfflineReason = '--offline' | 'GITLAB_TOKEN is not set' | null;

/** @throws UsageError when `--offline` is asked for an engagement that only GitLab knows */
export function offlineReason(context: CommandContext, target: LiveTarget, asked: boolean): OfflineReason {
  if (asked && target.kind === 'engagement')
    throw new UsageError(
      `--offline needs a SOW file: what ${target.engagement} is stands only in GitLab. Try: ${fileNamed(target.engagement)}`,
      'procession plan --help',
    );
  if (asked) return '--offline';
  return target.kind === 'sow' && !context.wire.hasGitLab() ? 'GITLAB_TOKEN is not set' : null;
}

/** Outcome that commands can show without writing: decided, or not won yet. */
export type Decided = Decision | Extract<Undecided, { kind: 'not-won' }>;

/** @throws AppError when nothing can be decided, saying what to do about it */
export async function decideTarget(
  context: CommandContext,
  input: {
    readonly engagement: EngagementKey;
    readonly sow: Subject | null;
    /** Where the SOW comes from; absent: nobody knows. */
    readonly origin?: SourceSow['origin'] | undefined;
    readonly offline: boolean;
  },
): Promise<Decided> {
  const { wire } = context;
  const { engagement, sow, origin, offline } = input;
  const launch = launchOf(context, sow);
  // Which process is about deals, all of them say.
  const isOne = offline && !(sow !== null && isDeal(sow));
  const processes = isOne ? await wire.processes(launch) : await wire.processes();
  verifyLaunch(context, engagement, { launch, processes });
  const gitlab = offline ? emptyGitLab() : await wire.gitlab();
  const options: ReconcileOptions = {
    ...launch,
    ...existingOf(context),
    ...(sow === null ? {} : { sow }),
    ...(origin === undefined ? {} : { origin }),
    comments: LOOK_EVERYWHERE,
  };
  const decision = await decide(
    { gitlab, processes, settings: wire.settings(), clock: wire.clock, seal: await wire.seal() },
    sow === null
      ? await readWhole(gitlab, engagement)
      : await gitlab.readEngagement(engagement, { always: true }),
    options,
  );
  if (decision.kind === 'decided' || decision.kind === 'not-won') return decision;
  throw undecidedError(engagement, decision, processes.ids);
}

/** Where the SOW of a target comes from, and how new it is there. */
export async function originOf(
  { wire }: CommandContext,
  target: Extract<LiveTarget, { kind: 'sow' }>,
): Promise<SourceSow['origin']> {
  if (target.origin !== null) return target.origin;
  const known = await wire.commitOf(target.file);
  return { kind: 'file', name: target.file, commit: known?.commit ?? null, at: known?.at ?? null };
}

/** The SOW of a target, `null` when the record in the epic is to be used. */
export function sowOf(target: LiveTarget): Subject | null {
  return target.kind === 'sow' ? target.sow : null;
}
