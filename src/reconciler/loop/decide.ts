/** From what GitLab holds to what is to be done about one engagement. Reads, and writes nothing. */

import { localDate, plausibleInstant } from '#domain/base/calendar.ts';
import type { Settings } from '#domain/base/settings.ts';
import { withoutLinks } from '#domain/engagement/memory.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import { createsItems, lacksLabels } from '#domain/plan/creation.ts';
import type { PlanFacts, PlanInput, Wishes } from '#domain/plan/input.ts';
import { desiredLinks } from '#domain/plan/links.ts';
import { plan, type RulingPlan } from '#domain/plan/plan.ts';
import { retiresItems } from '#domain/plan/retired.ts';
import { turnOf } from '#domain/plan/withdrawal.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { Identified } from '#domain/record/identify.ts';
import { sowsOfDeal } from '#domain/sow/chain.ts';
import { otherIdentity } from '#domain/sow/changes.ts';
import {
  inStageNowKnown,
  launchedWith,
  NO_HISTORY,
  type SourceSow,
  type Taken,
  takeSource,
} from '#domain/sow/history.ts';
import { recordOf } from '#domain/sow/record.ts';
import { LAUNCH_STAGE } from '#domain/sow/stage.ts';
import { isDeal, type Subject, stageIn } from '#domain/sow/subject.ts';
import { rulesHash } from '#domain/versions/rules-hash.ts';
import { textsHash } from '#domain/versions/texts-hash.ts';
import type { GitLabReader } from '#ports/gitlab.ts';
import { assessWithComments } from './assess-with-comments.ts';
import { LOOK_AT_COUNTS } from './comment-look.ts';
import type { ReconcileDeps, ReconcileOptions } from './deps.ts';
import { identifyAll } from './identify-all.ts';
import { leftElsewhere } from './left-elsewhere.ts';
import { readLostLinks } from './look-closer.ts';
import { inPlaceOf } from './place.ts';
import { processOf } from './process-of.ts';
import { type ReadChain, readChain } from './read-chain.ts';
import { readMembers } from './read-members.ts';
import { NONE_STARTED } from './read-runs.ts';
import type { Undecided } from './undecided.ts';

/** Facts of one engagement, judged: what its plan is made from. */
export interface Judged extends PlanInput {
  readonly kind: 'decided';
  /** The other engagements of the chain, as far as they were read. */
  readonly chained: ReadChain;
}

/** Decision about one engagement: what is to be done, and what that was decided from. */
export interface Decision extends Judged {
  readonly plan: RulingPlan;
}

type DecideDeps = Pick<ReconcileDeps, 'gitlab' | 'processes' | 'settings' | 'clock' | 'seal'>;
type DecideOptions = ReconcileOptions & { readonly claimed?: boolean };

/** Reads and decides, and writes nothing: `plan` and `explain` use it too. */
export async function decide(
  deps: DecideDeps,
  actual: ActualState,
  options: DecideOptions = {},
): Promise<Decision | Undecided> {
  const judged = await judge(deps, actual, options);
  return judged.kind === 'decided' ? { ...judged, plan: plan(judged) } : judged;
}

/** Reads and judges, and plans nothing, which is half of the work: for `check` and reports, which only tell. */
export async function judge(
  deps: DecideDeps,
  actual: ActualState,
  given: DecideOptions = {},
): Promise<Judged | Undecided> {
  const seen = await identifyAll(deps, actual, given);
  const options = heardBy(seen, given);
  const sow = sowOf(seen, options);
  if ('kind' in sow) return sow.kind === 'record-damaged' ? { ...sow, found: seen } : sow;
  const changes = otherThan(seen, sow, options);
  if (changes.length > 0) return { kind: 'other-engagement', changes, found: seen };
  const process = launchable(
    seen,
    { sow, insists: options.insistsOnProcess === true },
    processOf(deps.processes, seen, { ...options, sow, settings: deps.settings }),
  );
  if ('kind' in process) return process;
  const left = await leftElsewhere(deps, actual.engagement, seen);
  if (left !== null) return left;
  const { engagement, capabilities } = actual;
  const { settings, gitlab } = inPlaceOf(deps, engagement);
  const now = deps.clock.now();
  const today = localDate(now, settings.calendar);
  const taken = takeSow(seen, sow, { ...options, settings, on: today });
  if (taken.kind !== 'taken') return { kind: 'sow-refused', reading: taken };
  const chained = await readChain(deps, { engagement, sow: taken.kept.sow, process, found: seen }, options);
  const shared = sowTaken(seen, chained, options);
  if (shared !== null) return shared;
  const { said, threads, asking, ...seenWith } = await assessWithComments(
    gitlab,
    {
      engagement,
      process,
      found: seen,
      settings,
      today,
      statement: options.statement,
      chained,
    },
    taken.kept,
    {
      look: options.comments ?? LOOK_AT_COUNTS,
      started: options.started ?? NONE_STARTED,
      now,
      resume: options.resume === true,
    },
  );
  const members = await readMembers(gitlab, seenWith.assessment, settings);
  const assessment = { ...seenWith.assessment, members };
  const wishes = wishesOf(options, said.followed.effects.unpause);
  const lostLinks = await readLost(gitlab, { assessment, found: seen, capabilities, wishes });
  const found = withoutLinks(seen, lostLinks);
  const facts: PlanFacts = {
    assessment,
    found,
    capabilities,
    rules: { version: process.version, hash: rulesHash(process), texts: textsHash(process) },
    lostLinks,
    threads,
    asking,
  };
  const groupLabels =
    turnOf({ facts }) === 'withdraw'
      ? await gitlab.readLabels()
      : await readLabels(gitlab, facts, { settings, wishes });
  const input: PlanInput = { facts, said, wishes, groupLabels, settings, sealing: deps.seal.required, now };
  return { kind: 'decided', ...input, chained };
}

/** Links that were there and are gone. */
async function readLost(
  gitlab: Parameters<typeof readLostLinks>[0],
  {
    assessment,
    found,
    capabilities,
    wishes,
  }: Pick<PlanFacts, 'assessment' | 'found' | 'capabilities'> & Pick<PlanInput, 'wishes'>,
): Promise<PlanFacts['lostLinks']> {
  const wanted = desiredLinks({ assessment, capabilities });
  const reopening = new Set(
    assessment.steps.filter(({ done, issue }) => !done && issue?.state === 'closed').map(({ key }) => key),
  );
  return await readLostLinks(gitlab, wanted, { found, resume: wishes.resume, reopening });
}

/**
 * The process, where the engagement is there or its stage is one of those in which the process launches. A deal that is
 * won already is launched by whoever names its process.
 */
function launchable<T extends Undecided>(
  { epic }: Identified,
  { sow, insists }: { readonly sow: Subject; readonly insists: boolean },
  process: ProcessDefinition | T,
): ProcessDefinition | T | Extract<Undecided, { kind: 'not-won' }> {
  if ('kind' in process || epic !== null) return process;
  const stage = stageIn(sow);
  const launches = process.launchStages.some((one) => one === stage) || (insists && stage === LAUNCH_STAGE);
  return launches ? process : { kind: 'not-won', stage, starts: process.launchStages };
}

/** The choices for an engagement: one that is there hears nothing of a SOW that comes for a launch alone. */
function heardBy({ epic }: Identified, { sow, amend = 'apply', ...others }: DecideOptions): DecideOptions {
  if (amend === 'never') return epic === null && sow !== undefined ? { ...others, sow } : others;
  return sow === undefined ? { ...others, amend } : { ...others, amend, sow };
}

/** SOWs that the deal names from now on, and that came of another one; what its record names already is told in its epic. */
function sowTaken(
  found: Identified,
  { taken }: Pick<ReadChain, 'taken'>,
  { sow }: ReconcileOptions,
): Extract<Undecided, { kind: 'sow-taken' }> | null {
  if (sow === undefined) return null;
  const before = found.record === null ? [] : sowsOfDeal(found.record.sow);
  const named = new Set(sowsOfDeal(sow).filter((key) => !before.includes(key)));
  const shared = taken.filter(({ key }) => named.has(key));
  return shared.length === 0 ? null : { kind: 'sow-taken', taken: shared, found };
}

function wishesOf(options: DecideOptions, unpause: boolean): Wishes {
  return {
    resume: options.resume === true || unpause,
    migrate: options.migrate === true,
    claimed: options.claimed === true,
    reseal: options.reseal === true,
  };
}

/** What says that a SOW is not that of the engagement; nothing where somebody has said that it is. */
function otherThan(
  { record }: Identified,
  sow: Subject,
  { sameEngagement }: ReconcileOptions,
): ReturnType<typeof otherIdentity> {
  return record === null || sameEngagement === true ? [] : otherIdentity(record.sow, sow);
}

/** The group's labels where planning needs them. One that is missing on an item may be gone from the group since they were last read. */
async function readLabels(
  gitlab: Pick<GitLabReader, 'readLabels'>,
  { assessment, found }: PlanFacts,
  { settings, wishes }: Pick<PlanInput, 'settings' | 'wishes'>,
): Promise<PlanInput['groupLabels']> {
  const anew = lacksLabels(assessment, found, settings);
  const isRead = createsItems(assessment, found, wishes.migrate) || retiresItems(assessment, found);
  return anew || isRead ? await gitlab.readLabels({ anew }) : null;
}

/** The SOW that holds: that of the record, with what its source has changed where that is to be applied. */
function takeSow(
  { epic, record }: Identified,
  sow: Subject,
  {
    sow: said,
    origin: given = NO_ORIGIN,
    amend,
    settings,
    on,
  }: ReconcileOptions & { readonly settings: Settings; readonly on: string },
): Taken {
  const origin = { ...given, at: plausibleInstant(given.at, on) };
  if (record === null || epic === null)
    return {
      kind: 'taken',
      kept: said === undefined ? { sow, history: NO_HISTORY } : launchedWith({ sow, origin }),
    };
  const kept = { sow: record.sow, history: record.history };
  const how = { mode: amend === 'ask' ? 'ask' : 'apply', on } as const;
  if (said === undefined) {
    const known = inStageNowKnown(kept, settings.deals.stages);
    return known === null ? { kind: 'taken', kept } : takeSource(kept, known, how);
  }
  return takeSource(kept, { origin, sow: recordOf(said, settings) }, how);
}

/** A SOW of which nobody says where it comes from. */
const NO_ORIGIN: SourceSow['origin'] = { kind: 'file', name: null, commit: null, at: null };

function sowOf(
  found: Identified,
  options: ReconcileOptions,
):
  | Subject
  | Exclude<Undecided, { kind: 'record-damaged' }>
  | { readonly kind: 'record-damaged'; readonly reason: string } {
  if (found.epic === null) {
    const unusable = outOfReach(found);
    if (unusable !== null) return unusable;
    if (options.sow === undefined)
      return { kind: 'absent', left: [...found.issues.values()].map(({ reference }) => reference) };
    const { sow } = options;
    // Told before it is asked by which process: nothing has to be set up for what is not won.
    return isDeal(sow) || sow.stage === LAUNCH_STAGE
      ? sow
      : { kind: 'not-won', stage: sow.stage, starts: [LAUNCH_STAGE] };
  }
  const { record, opened } = found;
  // Applying the SOW would lose what people have ruled: it is taken over, or looked at.
  const isUnsealed = record === null && opened.kind === 'damaged' && opened.record !== null;
  if (options.sow !== undefined && !isUnsealed) return options.sow;
  if (record !== null) return record.sow;
  return {
    kind: 'record-damaged',
    reason: opened.kind === 'damaged' ? opened.reason : 'the record is missing',
  };
}

/** What claims to be the engagement and cannot be worked with, although nothing else holds it. */
function outOfReach({
  movedTracking,
  doubtfulTracking,
}: Identified): Extract<Undecided, { kind: 'out-of-reach' }> | null {
  const [item] = [...movedTracking, ...doubtfulTracking];
  if (item === undefined) return null;
  const why = movedTracking.length > 0 ? 'moved' : 'foreign';
  return { kind: 'out-of-reach', why, reference: item.reference, author: item.author.username };
}
