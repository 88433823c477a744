/** One engagement: read, decide, plan, policy, apply. The same loop behind the service, the CLI and CI jobs. */
import type { Assessment } from '#domain/assess.ts';
import { localDate } from '#domain/calendar.ts';
import { withoutLinks } from '#domain/engagement-state.ts';
import { GitLabConflictError } from '#domain/errors.ts';
import type { Followed } from '#domain/follow-comments.ts';
import { mayTrip, trippedBy } from '#domain/fuse.ts';
import type { Identified } from '#domain/identify.ts';
import type { EngagementKey } from '#domain/keys.ts';
import { brakeNote } from '#domain/notes.ts';
import {
  type Action,
  createsItems,
  lacksLabels,
  type Plan,
  type PlanInput,
  plan,
  planPause,
} from '#domain/plan.ts';
import { desiredLinks } from '#domain/plan-links.ts';
import { judge } from '#domain/policy.ts';
import type { Settings } from '#domain/settings.ts';
import { LAUNCH_STAGE, type Sow } from '#domain/sow.ts';
import { decodeSowRecord } from '#domain/sow-record.ts';
import type { ActualState } from '#domain/state.ts';
import type { Clock } from '#ports/clock.ts';
import type { GitLab } from '#ports/gitlab.ts';
import type { Logger } from '#ports/logger.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import { applyPlan, type Progress } from './apply-plan.ts';
import { assessWithComments } from './assess-with-comments.ts';
import { type CommentLook, LOOK_AT_COUNTS } from './comment-look.ts';
import { writeEpicNote } from './ensure-note.ts';
import { identifyAll } from './identify-all.ts';
import { readLostLinks } from './look-closer.ts';
import { outOfReach } from './out-of-reach.ts';
import { processOf } from './process-of.ts';
import { reportDamage } from './report-damage.ts';

export interface ReconcileDeps {
  readonly gitlab: GitLab;
  readonly processes: ProcessStore;
  readonly settings: Settings;
  readonly logger: Logger;
  /** What day it is: for due dates, silence that counts as acceptance, reminders. */
  readonly clock: Clock;
  /** Told of every decision before it is carried out. */
  readonly onDecided?: (decision: Decision) => Promise<void>;
}

export interface ReconcileOptions {
  /** The SOW as its source has it now; without it the record in the epic is used, and nothing is launched. */
  readonly sow?: Sow;
  /** Process and profile of a launch; an engagement that exists keeps its own. */
  readonly process?: string;
  readonly profile?: string | null;
  readonly allowMassChange?: boolean;
  /** How hard to look for comments with commands. Default: where GitLab counts new ones. */
  readonly comments?: CommentLook;
  /** What people had ruled, of a decision that is made again: nothing is read about it. */
  readonly heard?: Followed;
  /** Take an engagement up again that the loop fuse has paused. */
  readonly resume?: boolean;
  /** Turn a tracking issue into an epic, where GitLab has epics by now. */
  readonly migrate?: boolean;
  /** Texts of what was done here lately (see `fuse.ts`); asked only when it matters. Without it the fuse cannot trip. */
  readonly recentActions?: () => Promise<readonly string[]>;
  readonly onProgress?: Progress | undefined;
  /** Told after each action that has been carried out. */
  readonly onDone?: ((action: Action) => void) | undefined;
}

/** Why nothing can be decided about an engagement. */
export type Undecided =
  | { readonly kind: 'absent' }
  /** The SOW is not won yet. */
  | { readonly kind: 'not-won'; readonly stage: string }
  | { readonly kind: 'record-damaged'; readonly reason: string; readonly found: Identified }
  /** `foreign`: its tracking issue was made by somebody unknown. `moved`: it goes on in an epic, and GitLab shows none. */
  | {
      readonly kind: 'out-of-reach';
      readonly why: 'foreign' | 'moved';
      readonly reference: string;
      readonly author: string;
    }
  | { readonly kind: 'unknown-process'; readonly process: string; readonly profile: string | null };

/** What the facts ask for, before anything is done. */
export interface Decision {
  readonly kind: 'decided';
  readonly assessment: Assessment;
  readonly found: Identified;
  readonly plan: Plan;
  /** What the plan was made from. */
  readonly input: PlanInput;
  /** What people have ruled by now, before a finished step appoints. */
  readonly heard: Followed;
}

export type Outcome =
  | {
      readonly kind: 'unchanged' | 'applied';
      readonly plan: Plan;
      readonly assessment: Assessment;
      readonly epicUrl: string | null;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'shadow'; readonly plan: Plan; readonly assessment: Assessment }
  /** By the loop fuse, now or earlier. */
  | {
      readonly kind: 'paused';
      readonly plan: Plan;
      readonly assessment: Assessment;
      readonly change: string | null;
    }
  | { readonly kind: 'braked'; readonly plan: Plan; readonly assessment: Assessment; readonly why: string }
  | Undecided;

/** How often a launch that met another writer reads and plans again. */
const TRIES = 3;

/** Brings one engagement to its desired state. A second run makes no write. */
export async function reconcile(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  options: ReconcileOptions = {},
): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    // A launch is worth one read less: the engagement's label says whether there is something already.
    const always = attempt > 1 || options.sow === undefined;
    const actual = await deps.gitlab.readEngagement(engagement, { always });
    try {
      return await reconcileState(deps, actual, { ...options, claimed: attempt > 1 });
    } catch (error) {
      if (!(error instanceof GitLabConflictError) || attempt === TRIES) throw error;
      deps.logger.info('another writer was faster; reading again', { engagement, attempt });
    }
  }
}

/** The loop from a state already read: what a sweep uses. @param options.claimed the engagement's label is known to exist. */
export async function reconcileState(
  deps: ReconcileDeps,
  actual: ActualState,
  options: ReconcileOptions & { readonly claimed?: boolean } = {},
): Promise<Outcome> {
  const decision = await decide(deps, actual, options);
  if (decision.kind !== 'decided') {
    if (decision.kind === 'record-damaged') await reportDamage(deps, actual.engagement, decision.found);
    return decision;
  }
  await deps.onDecided?.(decision);
  return await carryOut(deps, decision, options);
}

/** Carries out what {@link decide} has decided, as far as the policy allows. */
export async function carryOut(
  deps: ReconcileDeps,
  decision: Decision,
  options: ReconcileOptions,
): Promise<Outcome> {
  const { plan: wanted, assessment, found } = decision;
  const isPaused = found.memory.paused && !decision.input.resume;
  if (isPaused && wanted.actions.length === 0)
    return { kind: 'paused', plan: wanted, assessment, change: null };
  if (wanted.actions.length === 0)
    return { kind: 'unchanged', plan: wanted, assessment, epicUrl: found.epic?.url ?? null, warnings: [] };
  const verdict = judge(wanted, deps.settings.policy, options.allowMassChange);
  if (verdict.kind === 'shadow') return { kind: 'shadow', plan: wanted, assessment };
  if (verdict.kind === 'braked') {
    if (found.epic !== null)
      await writeEpicNote(deps.gitlab, found.epic, 'brake', brakeNote(assessment, verdict.why));
    return { kind: 'braked', plan: wanted, assessment, why: verdict.why };
  }
  const change =
    found.epic === null || !mayTrip(wanted)
      ? null
      : trippedBy(wanted, (await options.recentActions?.()) ?? []);
  const toApply = change === null ? wanted : planPause(decision.input, change);
  const applied = await applyPlan({
    gitlab: deps.gitlab,
    plan: toApply,
    process: assessment.process,
    found,
    onProgress: options.onProgress,
    onDone: options.onDone,
  });
  if (change !== null || isPaused) return { kind: 'paused', plan: toApply, assessment, change };
  return {
    kind: 'applied',
    plan: wanted,
    assessment,
    epicUrl: applied.epic?.url ?? null,
    warnings: applied.warnings,
  };
}

/** Reads and decides, writes nothing: behind `plan`, `check` and `explain` too. */
export async function decide(
  deps: Pick<ReconcileDeps, 'gitlab' | 'processes' | 'settings' | 'clock'>,
  actual: ActualState,
  options: ReconcileOptions & { readonly claimed?: boolean } = {},
): Promise<Decision | Undecided> {
  const seen = await identifyAll(deps, actual);
  const sow = sowOf(seen, options);
  if ('kind' in sow) return sow.kind === 'record-damaged' ? { ...sow, found: seen } : sow;
  const process = processOf(deps.processes, seen, options);
  if ('kind' in process) return process;
  const { settings, gitlab } = deps;
  const now = deps.clock.now();
  const { engagement, capabilities } = actual;
  const { assessment, followed, heard, readings } = await assessWithComments(
    gitlab,
    { engagement, process, sow, found: seen, settings, today: localDate(now, settings.calendar) },
    { look: options.comments ?? LOOK_AT_COUNTS, heard: options.heard },
  );
  const migrate = options.migrate === true;
  const resume = options.resume === true || followed.effects.unpause;
  const wanted = desiredLinks({ assessment, capabilities });
  const lostLinks = await readLostLinks(gitlab, wanted, { found: seen, resume });
  const found = withoutLinks(seen, lostLinks);
  // A label that is missing on an item may be gone from the group since its labels were last read.
  const anew = lacksLabels(assessment, found, settings);
  const labelsRead = anew || createsItems(assessment, found, migrate);
  const input: PlanInput = {
    now,
    assessment,
    found,
    settings,
    labels: labelsRead ? await gitlab.readLabels({ anew }) : new Set<string>(),
    labelsRead,
    claimed: options.claimed === true,
    resume,
    lostLinks,
    followed,
    readings,
    capabilities,
    migrate,
  };
  return { kind: 'decided', assessment, found, plan: plan(input), input, heard };
}

function sowOf(
  found: Identified,
  options: ReconcileOptions,
):
  | Sow
  | Exclude<Undecided, { kind: 'record-damaged' }>
  | { readonly kind: 'record-damaged'; readonly reason: string } {
  if (found.epic === null) {
    const unusable = outOfReach(found);
    if (unusable !== null) return unusable;
    if (options.sow === undefined) return { kind: 'absent' };
    return options.sow.stage === LAUNCH_STAGE ? options.sow : { kind: 'not-won', stage: options.sow.stage };
  }
  if (options.sow !== undefined) return options.sow;
  const record = decodeSowRecord(found.epic.description);
  if (record.kind === 'ok') return record.sow;
  return {
    kind: 'record-damaged',
    reason: record.kind === 'absent' ? 'the SOW record is missing' : record.reason,
  };
}
