/** Migrations of engagements from one version of their process to another: planned from GitLab, carried out as reviewed. */
import { GitLabConflictError, InvalidInputError } from '#domain/base/errors.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import {
  lastStage,
  type Move,
  moveBack,
  moveForward,
  moveTexts,
  type Rekey,
} from '#domain/migration/move.ts';
import { type Migration, planMigration } from '#domain/migration/plan-migration.ts';
import { type Standing, whyStays } from '#domain/migration/standing.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { forgottenSteps, type Mapping, mappingFileName, plainMapping } from '#domain/versions/mapping.ts';
import { rulesHash } from '#domain/versions/rules-hash.ts';
import { textsHash } from '#domain/versions/texts-hash.ts';
import { applyPlan } from './apply-plan.ts';
import { type Decision, decide } from './decide.ts';
import type { ReconcileDeps } from './deps.ts';
import { gitlabOf } from './place.ts';
import { processOf } from './process-of.ts';
import { becomeOf, type DealOf, finishRekey, rekeyOf } from './rekey.ts';
import { type Undecided, undecidedFinding } from './undecided.ts';

/** Where a process's engagements are to go. */
export interface Goal {
  readonly process: string;
  /** `null`: back where the last migration of each came from. `texts`: to the newest texts of the version it has. */
  readonly to: number | 'texts' | null;
  /** The mapping between two versions; `null` where nobody wrote one. @throws ConfigError when it has problems */
  readonly mapping: (from: number, to: number) => Promise<Mapping | null>;
  /** The deal that an engagement of a SOW becomes, where the version is about deals; absent: nobody knows one. */
  readonly dealOf?: DealOf;
}

/** Outcome of planning the migration of one engagement. */
export type PlannedMigration =
  | {
      readonly kind: 'planned';
      readonly engagement: EngagementKey;
      readonly migration: Migration;
      readonly standing: Standing;
    }
  /** It goes by this version already. `as`: under this key. */
  | {
      readonly kind: 'there';
      readonly engagement: EngagementKey;
      readonly version: number;
      readonly as?: EngagementKey;
    }
  /** It keeps its version for now. */
  | {
      readonly kind: 'stays';
      readonly engagement: EngagementKey;
      readonly version: number;
      readonly why: string;
    }
  | {
      readonly kind: 'failed';
      readonly engagement: EngagementKey;
      readonly problems: readonly InputProblem[];
    };

/** Plans the migration of one engagement from a state already read; `null` where it is none of this process. Writes nothing. */
export async function planMigrationOf(
  deps: ReconcileDeps,
  state: ActualState,
  goal: Goal,
): Promise<PlannedMigration | null> {
  const { engagement } = state;
  const decision = await decide(deps, state);
  if (decision.kind !== 'decided') return undecided(engagement, decision);
  const { facts, settings, sealing, now, said } = decision;
  const { record } = facts.found;
  if (record === null || record.process !== goal.process) return null;
  const old = processOf(deps.processes, facts.found, { sow: facts.assessment.sow, settings });
  if ('kind' in old) return undecided(engagement, old);
  const version = old.version;
  if (goal.to === version) return { kind: 'there', engagement, version };
  const newer = goal.to === 'texts' ? newerTexts(deps.processes, old) : null;
  if (goal.to === 'texts' && newer === null) return { kind: 'there', engagement, version };
  const stays = (why: string): PlannedMigration => ({ kind: 'stays', engagement, version, why });
  if (facts.found.restored !== null)
    return stays(`its record was damaged; first: procession apply ${engagement}`);
  if (goal.to === null && lastStage(record) === null) return stays('no migration has led it here');
  if (goal.to === null && lastStage(record)?.key !== undefined)
    return stays('its last migration gave it the key of its deal, which is not taken back');
  const move = newer === null ? await moveOf(deps, decision, { goal, old }) : moveTexts(record, old, newer);
  if ('problem' in move) return { kind: 'failed', engagement, problems: [move.problem] };
  const { assessment, found, capabilities } = facts;
  const standing: Standing = { assessment, found, record, capabilities, settings, sealing, now };
  const why = whyStays(standing, move, said.followed.answers.length);
  if (why !== null) return stays(why);
  const groupLabels = await gitlabOf(deps.gitlab, engagement).readLabels();
  return { kind: 'planned', engagement, standing, migration: planMigration(standing, move, groupLabels) };
}

/** An engagement that was named for a migration and is none of its process: what it has become, or why it is refused. */
export async function planGone(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  { process, dealOf }: Goal,
): Promise<PlannedMigration> {
  const become = dealOf === undefined ? null : await becomeOf(deps, engagement, dealOf);
  if (become !== null) return { kind: 'there', engagement, version: become.version, as: become.key };
  return failedBecause(
    engagement,
    `it is no engagement of ${process}`,
    `procession versions ${process} names those that are.`,
  );
}

/** How often a migration that met another writer is read and planned again. */
const TRIES = 3;

/** Outcome of carrying out a migration that was reviewed. */
export type CarriedOut =
  | { readonly kind: 'migrated'; readonly migration: Migration; readonly warnings: readonly string[] }
  | { readonly kind: 'shadow' }
  /** An earlier run has given it another key, and did not get to its end. */
  | { readonly kind: 'finished'; readonly engagement: EngagementKey; readonly as: EngagementKey }
  | Exclude<PlannedMigration, { kind: 'planned' }>;

/**
 * Carries out what was reviewed: GitLab is read and planned again. Killed anywhere, the same again completes it.
 *
 * @param digest that of the reviewed migration
 * @throws InvalidInputError when it means something else by now
 */
export async function carryOutMigration(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  { goal, digest }: { readonly goal: Goal; readonly digest: string },
): Promise<CarriedOut> {
  if (deps.settings.policy.mode === 'shadow') return { kind: 'shadow' };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryMigration(deps, engagement, { goal, digest, isPrepared: false });
    } catch (error) {
      if (!(error instanceof GitLabConflictError) || attempt === TRIES) throw error;
      deps.logger.info('another writer was faster; reading again', { engagement, attempt });
    }
  }
}

/** @param reviewed.isPrepared what people have set was noted just now, and the record is another one since */
async function tryMigration(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  reviewed: { readonly goal: Goal; readonly digest: string; readonly isPrepared: boolean },
): Promise<CarriedOut> {
  const { goal, digest, isPrepared } = reviewed;
  const state = await deps.gitlab.readEngagement(engagement, { always: true });
  const planned = await planMigrationOf(deps, state, goal);
  if (planned === null) return await carryOutGone(deps, engagement, goal);
  if (planned.kind !== 'planned') return planned;
  const { migration, standing } = planned;
  refuseUnfit(migration, digest);
  const { seal, clock } = deps;
  const gitlab = gitlabOf(deps.gitlab, engagement);
  // Whoever cannot seal writes nothing at all.
  if (seal.required) seal.sign(engagement);
  if (migration.prepare !== null && !isPrepared) {
    const { process } = standing.assessment;
    await applyPlan({ gitlab, seal, clock, plan: migration.prepare, process, found: standing.found });
    return await tryMigration(deps, engagement, { goal, digest, isPrepared: true });
  }
  const { plan, assessment, found } = migration;
  const { warnings } = await applyPlan({ gitlab, seal, clock, plan, process: assessment.process, found });
  return { kind: 'migrated', migration, warnings };
}

/** Completes what gave the engagement another key, or says that it is none of the process any more. */
async function carryOutGone(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  { process, dealOf }: Goal,
): Promise<CarriedOut> {
  const become = dealOf === undefined ? null : await becomeOf(deps, engagement, dealOf);
  if (become === null)
    return failedBecause(engagement, `it is no engagement of ${process} any more`, 'Plan again.');
  const isLeft = (await finishRekey(deps, engagement, become)) === 'finished';
  if (isLeft) return { kind: 'finished', engagement, as: become.key };
  return { kind: 'there', engagement, version: become.version, as: become.key };
}

function refuseUnfit({ engagement, move, digest }: Migration, reviewed: string): void {
  const refuse = (message: string, fix: string): never => {
    throw new InvalidInputError([problem({ at: engagement }, message, fix)], 'Nothing was migrated:');
  };
  if (digest !== reviewed)
    refuse(
      'the migration means something else by now than what was reviewed: work was done, or the process was changed, since',
      `Plan it again, and look at it: procession migrate ${move.process.id} ${wayOf(move)} ${engagement} --out m.json`,
    );
  if (move.process.draft === true)
    refuse(
      `version ${move.to} of ${move.process.id} is a draft, which is kept nowhere once its rules change`,
      `procession freeze ${move.process.id}, commit the folder, and plan again.`,
    );
}

function wayOf({ way, to }: Move): string {
  return way === 'back' ? '--back' : way === 'texts' ? '--texts' : `--to ${to}`;
}

/** The current definition, where it has the same rules and other texts; those of a version that is no longer current change no more. */
function newerTexts(processes: ReconcileDeps['processes'], old: ProcessDefinition): ProcessDefinition | null {
  const now = processes.find(old.id, old.profile);
  const isSame = now !== null && now.version === old.version && rulesHash(now) === rulesHash(old);
  return isSame && textsHash(now) !== textsHash(old) ? now : null;
}

async function moveOf(
  deps: ReconcileDeps,
  { facts }: Decision,
  { goal, old }: { readonly goal: Goal; readonly old: ProcessDefinition },
): Promise<Move | { readonly problem: InputProblem }> {
  const { processes } = deps;
  const { record } = facts.found;
  const { engagement } = facts.assessment;
  const { id, profile } = old;
  const refusal = (message: string, fix: string) => ({ problem: problem({ at: engagement }, message, fix) });
  const stage = goal.to === null && record !== null ? lastStage(record) : null;
  const named = stage ?? { version: goal.to === 'texts' ? old.version : goal.to, rules: null };
  const process = processes.find(id, profile, named);
  const to = named.version ?? 1;
  if (process === null)
    return refusal(
      `there is no version ${to} of ${id}${profile === null ? '' : ` with profile ${profile}`}`,
      `procession versions ${id} lists what there is; a folder that is gone comes back with git.`,
    );
  if (stage !== null) return moveBack(stage, old, process);
  if (to < old.version)
    return refusal(
      `it goes by version ${old.version}, which is later than ${to}`,
      `To undo its last migration: procession migrate ${id} --back ${engagement}`,
    );
  const mapping = await goal.mapping(old.version, to);
  const forgotten = mapping === null ? forgottenSteps(plainMapping(old.version, to), old, process) : [];
  if (forgotten.length === 0) {
    const rekey = await rekeyFor(deps, facts, { goal, old, process });
    if (rekey !== null && 'problem' in rekey) return rekey;
    return moveForward(mapping ?? plainMapping(old.version, to), old, process, rekey);
  }
  const file = `issue_templates/${id}/versions/${mappingFileName(old.version, to)}`;
  return refusal(
    `version ${to} has no ${forgotten.join(', ')}, and nothing says what becomes of ${forgotten.length === 1 ? 'it' : 'them'}`,
    `Write ${file} (docs/process-versions.md), or migrate to a version between first.`,
  );
}

/** The other key that the move takes; `null`: both versions are about the same. */
async function rekeyFor(
  deps: ReconcileDeps,
  { found, assessment: { engagement } }: Decision['facts'],
  {
    goal,
    old,
    process,
  }: { readonly goal: Goal; readonly old: ProcessDefinition; readonly process: ProcessDefinition },
): Promise<Rekey | { readonly problem: InputProblem } | null> {
  if (old.about === process.about) return null;
  if (process.about === 'deal' && goal.dealOf !== undefined)
    return await rekeyOf(deps, engagement, found, goal.dealOf);
  return {
    problem: problem(
      { at: engagement },
      `version ${process.version} is about ${process.about === 'deal' ? 'deals' : 'SOWs'}, and it is about ${old.about === 'deal' ? 'a deal' : 'a SOW'}`,
      'It goes on by its version to its end.',
    ),
  };
}

function undecided(engagement: EngagementKey, it: Undecided): PlannedMigration | null {
  switch (it.kind) {
    case 'absent':
    case 'not-won':
    // Nobody names a process or brings a SOW here.
    case 'other-process':
    case 'no-process':
    case 'other-engagement':
    case 'sow-refused':
    case 'sow-taken':
      return null;
    case 'out-of-reach':
      return failedBecause(
        engagement,
        `the issue ${it.reference} stands for it, and cannot be trusted or seen`,
        'procession doctor says more.',
      );
    case 'record-damaged':
    case 'unknown-process': {
      const { message, fix } = undecidedFinding(engagement, it);
      return failedBecause(engagement, message, fix.join(' '));
    }
  }
}

function failedBecause(
  engagement: EngagementKey,
  message: string,
  fix: string,
): Extract<PlannedMigration, { kind: 'failed' }> {
  return { kind: 'failed', engagement, problems: [problem({ at: engagement }, message, fix)] };
}
