/** What a launch creates: labels, the epic, one issue per step. Also heals single issues that have gone missing. */

import { currentLabel } from '#domain/assess/assess.ts';
import { isKeptHidden } from '#domain/assess/audience.ts';
import { dueOf } from '#domain/assess/outlook.ts';
import { type Assessment, lacksIssue, type StepStatus } from '#domain/assess/step-status.ts';
import { stepIdOf } from '#domain/base/keys.ts';
import {
  engagementLabel,
  type LabelScope,
  labelName,
  labelValues,
  retiredLabelDefinition,
} from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualEpic } from '#domain/engagement/state.ts';
import { labelCatalogue } from '#domain/process/label-catalogue.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { needsCopy } from '#domain/record/copy.ts';
import type { Identified } from '#domain/record/identify.ts';
import { assigneeFor } from '#domain/rulings/people.ts';
import { renderTemplate, renderTitle } from '#domain/template/render.ts';
import { writeManagedBlock } from '#domain/text/managed-block.ts';
import type { Marker } from '#domain/text/marker.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import { epicBlock } from '#domain/texts/epic-block.ts';
import { stepBlock } from '#domain/texts/step-block.ts';
import type { Action } from './action.ts';
import { movesToEpic } from './holder.ts';
import type { Draft, PlanInput } from './input.ts';
import { knownLinks } from './links.ts';
import { nextRecord, recordedSteps, toWrite } from './record.ts';
import { retiresItems } from './retired.ts';
import { fileOf, viewOf } from './view.ts';

/** Whether an epic or issue is to be created: then planning needs to know the group's labels. */
export function createsItems({ steps }: Assessment, { epic }: Identified, migrate: boolean): boolean {
  return migrate || epic === null || steps.some(lacksIssue);
}

/** Whether items lack labels of ours altogether: people took them off, or the group has these labels no longer. */
export function lacksLabels(
  { engagement, steps, closed, completed }: Assessment,
  { epic }: Identified,
  settings: Settings,
): boolean {
  const has = (labels: readonly string[], scope: LabelScope): boolean =>
    labelValues(labels, scope, settings.labels).length > 0;
  if (epic !== null && !(epic.labels.includes(engagement) && has(epic.labels, 'process'))) return true;
  if (epic !== null && closed && completed !== null && !has(epic.labels, 'money')) return true;
  return steps.some(({ issue, key, step }) => {
    if (issue === null) return false;
    const { labels } = issue;
    const own = [
      labelName('step', stepIdOf(key), settings.labels),
      labelName('role', step.owner, settings.labels),
    ];
    return (
      ![engagement, ...own].every((label) => labels.includes(label)) || currentLabel(issue, settings) === null
    );
  });
}

/**
 * Makes the labels that the group lacks, also those that somebody took out of it: adding an unknown label to an issue
 * would make a project label.
 */
export function planLabels({
  facts: { assessment, found },
  wishes,
  groupLabels,
  settings,
}: Pick<PlanInput, 'facts' | 'wishes' | 'groupLabels' | 'settings'>): readonly Action[] {
  if (groupLabels === null) return [];
  const own = engagementLabel(assessment.engagement);
  // Made when it is needed, which is seldom.
  const unused = labelName('workflow', 'withdrawn', settings.labels);
  const retired = retiresItems(assessment, found) ? [retiredLabelDefinition(settings.labels)] : [];
  const absent = [...labelCatalogue(assessment.process, settings.labels), ...retired].filter(
    ({ name }) => !groupLabels.has(name) && name !== unused,
  );
  const lostOwn = found.epic !== null && !groupLabels.has(own.name);
  return [
    ...absent.map((label): Action => ({ kind: 'create-label', label, claims: false })),
    ...(lostOwn ? [{ kind: 'create-label', label: own, claims: false } as const] : []),
    ...(found.epic === null && !wishes.claimed
      ? [{ kind: 'create-label', label: own, claims: true } as const]
      : []),
  ];
}

/** Makes the epic of a launch, or the one that a tracking issue becomes. */
export function planHolder(draft: Omit<Draft, 'due' | 'coming'>): readonly Action[] {
  const { epic } = draft.facts.found;
  if (epic === null) return [createEpic(draft)];
  return movesToEpic(draft) ? [moveToEpic(epic, draft)] : [];
}

/** Writes the copy where it would not say what counts: after a launch, a ruling, a command that changes something, another SOW. */
export function planCopy(
  draft: Pick<
    Draft,
    'facts' | 'said' | 'settings' | 'context' | 'touches' | 'proposals' | 'links' | 'sealing' | 'wishes'
  >,
): readonly Action[] {
  const { found } = draft.facts;
  const isFollowed = draft.said.followed.answers.some(({ changes }) => changes);
  const isThere = found.epic !== null && !movesToEpic(draft) && found.opened.kind !== 'absent';
  const next = nextRecord(draft, draft.links, false);
  const isKept = isThere && !isNewborn(found) && found.restored !== 'taken over' && !draft.wishes.reseal;
  const before = isKept ? found.record : null;
  return draft.sealing && (isFollowed || needsCopy(before, next))
    ? [{ kind: 'write-copy', record: toWrite(next, []) }]
    : [];
}

function isNewborn({ opened }: Pick<Identified, 'opened'>): boolean {
  return opened.kind === 'ok' && opened.as === 'newborn';
}

/** Makes an issue for every step that has none and whose issue nobody has taken away for good. */
export function planIssues({ coming, context }: Pick<Draft, 'coming' | 'context'>): readonly Action[] {
  return [...coming].flatMap((key) => {
    const status = context.assessment.steps.find((candidate) => candidate.key === key);
    return status === undefined ? [] : [createIssue(status, context)];
  });
}

function createEpic(draft: Pick<Draft, 'facts' | 'settings' | 'context' | 'touches' | 'proposals'>): Action {
  const { context } = draft;
  const { assessment, settings } = context;
  const { process, sow, engagement } = assessment;
  const view = viewOf(context, null);
  const body = renderTemplate(process.epicBody, view, {
    partials: process.partials,
    file: fileOf(process, 'epic.md'),
  });
  return {
    kind: 'create-epic',
    holder: context.holder,
    title: epicTitle(context),
    description: writeManagedBlock(body, epicMarker(assessment), epicBlock(context)),
    labels: [
      engagement,
      labelName('process', process.id, settings.labels),
      labelName('health', context.health?.label ?? 'on track', settings.labels),
    ],
    startDate: sow.dates?.start ?? null,
    dueDate: sow.dates?.end ?? null,
    confidential: isKeptHidden(engagement, settings),
    record: toWrite(nextRecord(draft, [], false), []),
  };
}

/**
 * The epic of an engagement that has lived in a tracking issue: its title, its whole description with what people wrote
 * there, and those of its labels that the group knows.
 */
function moveToEpic(
  from: ActualEpic,
  draft: Pick<Draft, 'facts' | 'settings' | 'context' | 'touches' | 'proposals' | 'links' | 'groupLabels'>,
): Action {
  const { facts, context, links, groupLabels } = draft;
  const { assessment, found } = facts;
  const { sow, engagement, process } = assessment;
  const known = links.filter(knownLinks(found));
  const own = [engagement, labelName('process', process.id, context.settings.labels)];
  return {
    kind: 'create-epic',
    holder: 'epic',
    title: from.title,
    description: writeManagedBlock(
      from.description,
      epicMarker(assessment),
      epicBlock(context, { paused: found.memory.paused }),
    ),
    labels: [...new Set([...own, ...from.labels.filter((label) => groupLabels?.has(label) === true)])],
    startDate: sow.dates?.start ?? null,
    dueDate: sow.dates?.end ?? null,
    confidential: from.confidential,
    record: toWrite(nextRecord(draft, known, found.memory.paused), recordedSteps(context)),
  };
}

/** Marker of the epic, or of the tracking issue that stands for one. */
export function epicMarker({
  engagement,
  process,
}: {
  readonly engagement: string;
  readonly process: ProcessDefinition;
}): Marker {
  return { kind: 'epic', engagement, process: process.id, profile: process.profile, step: null };
}

/** Marker of the issue of a step. */
export function stepMarker(
  { engagement, process }: { readonly engagement: string; readonly process: ProcessDefinition },
  step: string,
): Marker {
  return { kind: 'step', engagement, process: process.id, profile: null, step };
}

function createIssue(status: StepStatus, context: BlockContext): Action {
  const { assessment, settings } = context;
  const { process } = assessment;
  const view = viewOf(context, status);
  const body = renderTemplate(status.step.body, view, { partials: process.partials, file: status.step.file });
  return {
    kind: 'create-issue',
    step: status.key,
    title: issueTitle(status, context),
    description: writeManagedBlock(body, stepMarker(assessment, status.key), stepBlock(status, context)),
    labels: stepLabels(status, context),
    assignee: assigneeFor(status.step.owner, assessment, settings),
    dueDate: dueOf(status, context),
    confidential: status.step.confidential || isKeptHidden(assessment.engagement, settings),
  };
}

/** Title that the epic is made with. */
export function epicTitle(context: BlockContext): string {
  const { process } = context.assessment;
  return renderTitle(process.titles.epic, viewOf(context, null), fileOf(process, 'process.yml'));
}

/** Title that the issue of a step is made with. */
export function issueTitle(status: StepStatus, context: BlockContext): string {
  const { process } = context.assessment;
  return renderTitle(process.titles.issue, viewOf(context, status), fileOf(process, 'process.yml'));
}

/** Labels of ours that the issue of a step must carry. */
export function stepLabels(status: StepStatus, { assessment, settings }: BlockContext): readonly string[] {
  const name = (scope: 'step' | 'role' | 'workflow', value: string): string =>
    labelName(scope, value, settings.labels);
  return [
    assessment.engagement,
    name('step', stepIdOf(status.key)),
    name('role', status.step.owner),
    name('workflow', status.state),
  ];
}
