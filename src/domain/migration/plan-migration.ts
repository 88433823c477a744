/**
 * The plan of one migration: the ordinary plan of the version to come, over the engagement as if that version had always
 * judged it, and what it takes to make it look so. Nothing is judged again, and nothing that is done is opened.
 *
 * The record is written last: until then the engagement is one of its old version, and the same migration planned again
 * is what is left of it.
 */
import { appoint } from '#domain/assess/appointments.ts';
import { assess } from '#domain/assess/assess.ts';
import type { Assessment } from '#domain/assess/step-status.ts';
import { InvariantError } from '#domain/base/errors.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { retiredLabelDefinition } from '#domain/base/labels.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Action, Plan } from '#domain/plan/action.ts';
import { epicTitle, issueTitle } from '#domain/plan/creation.ts';
import type { PlanInput } from '#domain/plan/input.ts';
import { desiredLinks } from '#domain/plan/links.ts';
import { plan } from '#domain/plan/plan.ts';
import type { Identified } from '#domain/record/identify.ts';
import { NEVER_MIGRATED, type SetByPeople } from '#domain/record/migrated.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import { effectsOwed } from '#domain/rulings/one-time-effects.ts';
import { blockContext } from '#domain/texts/block-context.ts';
import type { NoteRule } from '#domain/texts/notes.ts';
import { textsHash } from '#domain/versions/texts-hash.ts';
import { amended, retirement } from './amend.ts';
import { type Effect, effectsDigest } from './effects.ts';
import { effectsOf, titlesOf } from './effects-of.ts';
import type { Move } from './move.ts';
import { type NewSteps, newSteps } from './new-steps.ts';
import { preparation } from './prepare.ts';
import { besideSteps, broughtAlong, epicRekeyed, keyAfterMove, leavingLast } from './rekey.ts';
import { labelsIn, type Standing } from './standing.ts';
import { migrationNote } from './texts.ts';
import { type Translated, translate } from './translate.ts';

/** Migration of one engagement, planned. */
export interface Migration {
  readonly engagement: string;
  readonly move: Move;
  readonly effects: readonly Effect[];
  /** See `effectsDigest`. */
  readonly digest: string;
  /** To be carried out and read again before the rest: it notes what people have set and the rest would cover. */
  readonly prepare: Plan | null;
  readonly plan: Plan;
  /** By the version to come. */
  readonly assessment: Assessment;
  /** What the plan is carried out on. */
  readonly found: Identified;
  /** Titles of the steps of both versions. */
  readonly titleOf: (step: StepKey) => string;
}

/** Plans a migration. @param groupLabels names of the group's labels */
export function planMigration(standing: Standing, move: Move, groupLabels: ReadonlySet<string>): Migration {
  const translated = move.way === 'texts' ? asItIs(standing) : translate(standing, move);
  const steps = newSteps(move, translated, sowAfter(standing, move));
  const provisional = seenBy(standing, move, withTooLate(translated, steps, move));
  const covered =
    move.way === 'texts'
      ? new Map<StepKey, SetByPeople>()
      : coveredLabels(standing, move, provisional.assessment, translated);
  const prepare = preparation(standing, move, covered);
  const record = withLabels(provisional.record, move, covered, prepare !== null);
  const view = { ...provisional, record, seen: { ...provisional.seen, record } };
  const effects = effectsOf(standing, move, { translated, steps, assessment: view.assessment });
  const titleOf = titlesOf(standing.assessment, view.assessment, move);
  const { engagement } = standing.assessment;
  const beside = besideSteps(translated.issues, translated.retired, standing.found);
  const actions = actionsOf({ standing, move, translated, beside, view, effects, titleOf, groupLabels });
  return {
    engagement,
    move,
    effects,
    digest: effectsDigest({
      engagement,
      from: { version: move.from, rules: standing.record.rules },
      to: {
        version: move.to,
        rules: move.named.rules,
        ...(move.way === 'texts' ? { texts: textsHash(move.process) } : {}),
      },
      effects,
    }),
    prepare,
    plan: { engagement: view.assessment.engagement, actions },
    assessment: view.assessment,
    found: { ...view.seen, issues: new Map([...translated.issues, ...beside]) },
    titleOf,
  };
}

/** Other texts are no other steps: there is nothing to translate. */
function asItIs({ found, record }: Standing): Translated {
  return { record, seen: found, issues: found.issues, retired: [], restored: new Set() };
}

/** What the engagement is about once the move is made. */
function sowAfter({ assessment }: Standing, { rekey }: Move): Assessment['sow'] {
  return rekey?.source.sow ?? assessment.sow;
}

/** An engagement by the version to come. */
interface View {
  readonly record: EngagementRecord;
  readonly seen: Identified;
  readonly assessment: Assessment;
  readonly roles: ReadonlySet<string>;
}

function seenBy(standing: Standing, move: Move, { record, seen }: Pick<Translated, 'record' | 'seen'>): View {
  const { settings } = standing;
  const { engagement, today } = standing.assessment;
  const judged = assess({
    engagement: keyAfterMove(move, engagement),
    process: move.process,
    sow: sowAfter(standing, move),
    found: seen,
    settings,
    today,
    rulings: record.rulings,
  });
  return { record, seen, ...appoint(judged, settings) };
}

/** The steps that come too late are recorded as such. */
function withTooLate(
  { record, seen }: Translated,
  { tooLate }: NewSteps,
  { way }: Move,
): Pick<Translated, 'record' | 'seen'> {
  const { migrated } = record;
  const stage = migrated?.path.at(-1);
  if (way === 'back' || migrated === null || stage === undefined || tooLate.length === 0)
    return { record, seen };
  const path = [...migrated.path.slice(0, -1), { ...stage, notAsked: tooLate.map(({ step }) => step) }];
  const next = { ...record, migrated: { ...migrated, path } };
  return { record: next, seen: { ...seen, record: next } };
}

/** Labels that people have set and that this migration covers, by the old names of their steps. */
function coveredLabels(
  standing: Standing,
  move: Move,
  assessment: Assessment,
  { issues, retired }: Translated,
): ReadonlyMap<StepKey, SetByPeople> {
  const states = new Map(assessment.steps.map(({ issue, state }) => [issue?.id ?? 0, state]));
  const byOldKey = new Map(standing.assessment.steps.map(({ key, issue }) => [key, issue?.id ?? 0]));
  const known = new Set([...issues.values()].map(({ id }) => id));
  return new Map(
    [...labelsIn(standing, move)].filter(([key, label]) => {
      const id = byOldKey.get(key) ?? 0;
      return known.has(id) && (retired.includes(key) || states.get(id) !== label);
    }),
  );
}

/** The record with the labels that are really covered, and the revision it gets after a preparation. */
function withLabels(
  record: EngagementRecord,
  { from }: Move,
  covered: ReadonlyMap<StepKey, SetByPeople>,
  isPrepared: boolean,
): EngagementRecord {
  const { migrated, revision } = record;
  if (migrated === null) return record;
  const labels = Object.fromEntries(covered);
  const aside = migrated.aside
    .map((one) => (one.version === from ? { ...one, labels } : one))
    .filter((one) => Object.keys(one.steps).length + Object.keys(one.labels).length > 0);
  return { ...record, revision: revision + (isPrepared ? 1 : 0), migrated: { ...migrated, aside } };
}

interface Making {
  readonly standing: Standing;
  readonly move: Move;
  readonly translated: Translated;
  readonly beside: ReadonlyMap<StepKey, ActualIssue>;
  readonly view: View;
  readonly effects: readonly Effect[];
  readonly titleOf: (step: StepKey) => string;
  readonly groupLabels: ReadonlySet<string>;
}

/** Actions in the order of every plan; what this migration retires, its comment and the record come last. */
function actionsOf(making: Making): readonly Action[] {
  const { standing, move, translated, beside, view, effects } = making;
  const { settings } = standing;
  const { engagement } = view.assessment;
  const ordinary = plan(inputOf(making)).actions.filter((action) => !isComplaint(action));
  const title = (step: StepKey): string | null => {
    const isFollowing = effects.some(
      (effect) =>
        (effect.kind === 'retitled' || (effect.kind === 'renamed' && effect.title === 'follows')) &&
        effect.step === step,
    );
    const status = view.assessment.steps.find(({ key }) => key === step);
    return isFollowing && status !== undefined
      ? issueTitle(status, blockContext(view.assessment, settings))
      : null;
  };
  const changed = amended(ordinary, { translated, titleOf: title });
  const retiring = effects.flatMap((effect) =>
    effect.kind === 'retired' && effect.closed
      ? retirement(effect, { issues: translated.issues, settings, engagement, move })
      : [],
  );
  const label = retiring.length > 0 ? retiredLabelAction(making) : [];
  const last = changed.filter(isLast).map((action) => written(action, making));
  const actions = [
    ...label,
    ...changed.filter((action) => !isLast(action)),
    ...removedLinks(making),
    ...(move.rekey === null ? [] : broughtAlong(beside, move.rekey, settings)),
    ...retiring,
    ...(move.way === 'texts' ? [] : [noteAction(making)]),
    ...last,
  ];
  refuseReopening(actions, translated, engagement);
  return move.rekey === null
    ? actions
    : leavingLast(actions, new Map([...translated.seen.issues, ...beside]), move.rekey);
}

/** Of other words nobody is told: GitLab shows the change of the description. */
function noteAction({ standing, move, view, effects, titleOf }: Making): Action {
  const { engagement } = standing.assessment;
  const rule: NoteRule = `migrated:${move.from}-${move.to}:${view.record.migrated?.moves ?? NEVER_MIGRATED.moves}`;
  const body = migrationNote({ engagement, move }, effects, { rule, titleOf });
  return { kind: 'write-note', target: { kind: 'epic' }, rule, body };
}

function inputOf({ standing, view, move, groupLabels }: Making): PlanInput {
  const { settings, sealing, now, capabilities } = standing;
  const { rulings } = view.assessment;
  const owed = effectsOwed(view.record.rulings);
  return {
    facts: {
      assessment: view.assessment,
      found: view.seen,
      capabilities,
      rules: { version: move.to, hash: move.named.rules ?? '', texts: textsHash(move.process) },
      lostLinks: [],
    },
    said: {
      followed: { answers: [], effects: { ...owed, roles: [...new Set([...owed.roles, ...view.roles])] } },
      recorded: rulings,
    },
    // The record is another one although it may say the same of every step.
    wishes: { resume: false, migrate: false, claimed: true, reseal: true },
    groupLabels,
    settings,
    sealing,
    now,
  };
}

/** That a step which people have begun waits again is told in the comment on the epic, not on its issue. */
function isComplaint(action: Action): boolean {
  return (
    action.kind === 'write-note' &&
    (action.rule === 'started-while-blocked' || action.rule === 'closed-too-early')
  );
}

/** The epic and the protected copy hold the record. */
function isLast({ kind }: Action): boolean {
  return kind === 'write-copy' || kind === 'update-epic';
}

/** The epic says why, and is the first thing to be found under its new key. */
function written(action: Action, { standing, move, view, effects }: Making): Action {
  if (action.kind !== 'update-epic') return action;
  const { from, to, way, rekey } = move;
  const why = way === 'texts' ? `newer texts of version ${to}` : `version ${from} → ${to}`;
  const told = { ...action, why: [why, ...action.why] };
  const { epic } = standing.found;
  if (rekey === null || epic === null) return told;
  const isTitled = effects.some((effect) => effect.kind === 'rekeyed' && effect.title === 'follows');
  const title = isTitled ? epicTitle(blockContext(view.assessment, standing.settings)) : epic.title;
  return epicRekeyed(told, epic, { rekey, title, settings: standing.settings });
}

/** Links of ours that the version to come does not ask for, as far as they still hold something up. */
function removedLinks({ view, translated, standing }: Making): readonly Action[] {
  const wanted = desiredLinks({ assessment: view.assessment, capabilities: standing.capabilities });
  return view.record.memory.links
    .filter(({ from, to }) => !wanted.some((edge) => edge.from === from && edge.to === to))
    .filter(({ from, to }) => view.seen.issues.get(from)?.state === 'opened' && translated.issues.has(to))
    .map((edge): Action => ({ kind: 'remove-link', ...edge }));
}

function retiredLabelAction({ standing: { settings }, groupLabels }: Making): readonly Action[] {
  const label = retiredLabelDefinition(settings.labels);
  return groupLabels.has(label.name) ? [] : [{ kind: 'create-label', label, claims: false }];
}

/** No migration opens what somebody closed: a plan that would is not carried out. */
function refuseReopening(actions: readonly Action[], { restored }: Translated, engagement: string): void {
  const opened = actions.find(
    (action) =>
      (action.kind === 'update-epic' && action.state === 'opened') ||
      (action.kind === 'update-issue' && action.state === 'opened' && !restored.has(action.step)),
  );
  if (opened !== undefined)
    throw new InvariantError(
      `The migration of ${engagement} would reopen what is closed: nothing was written.`,
    );
}
