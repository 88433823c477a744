/** What a launch creates: labels, the epic, one issue per step. Also heals single issues that have gone missing. */

import { evidenceFor } from '#domain/assess/assess.ts';
import { dueOf, titlesOf } from '#domain/assess/outlook.ts';
import type { StepStatus } from '#domain/assess/step-status.ts';
import { stepIdOf } from '#domain/base/keys.ts';
import { engagementLabel, labelName } from '#domain/base/labels.ts';
import type { ActualEpic } from '#domain/engagement/state.ts';
import { labelCatalogue } from '#domain/process/label-catalogue.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { assigneeFor, roleHolders } from '#domain/rulings/people.ts';
import { renderTemplate, renderTitle } from '#domain/template/render.ts';
import { templateView, type View } from '#domain/template/view.ts';
import { writeManagedBlock } from '#domain/text/managed-block.ts';
import type { Marker } from '#domain/text/marker.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import { epicBlock } from '#domain/texts/epic-block.ts';
import { stepBlock } from '#domain/texts/step-block.ts';
import type { Action } from './action.ts';
import { movesToEpic } from './holder.ts';
import type { PlanInput } from './input.ts';
import { desiredLinks, knownLinks } from './links.ts';

export function planCreation(input: PlanInput, context: BlockContext): Action[] {
  const { assessment, found } = input;
  const missing = assessment.order.flatMap(
    (key) => assessment.steps.find((status) => status.key === key && status.issue === null) ?? [],
  );
  const moves = movesToEpic(input);
  if (found.epic !== null && missing.length === 0 && !moves)
    return input.labelsRead === true ? createLabels(input) : [];
  return [
    ...createLabels(input),
    ...(found.epic === null ? [createEpic(context)] : []),
    ...(found.epic !== null && moves ? [moveToEpic(found.epic, input, context)] : []),
    ...missing.map((status) => createIssue(status, context)),
  ];
}

/** Also those that somebody took out of the group: adding an unknown one to an issue would make a project label. */
function createLabels({ assessment, found, settings, labels, claimed }: PlanInput): Action[] {
  const own = engagementLabel(assessment.engagement);
  const absent = labelCatalogue(assessment.process, settings.labels).filter(({ name }) => !labels.has(name));
  const lostOwn = found.epic !== null && !labels.has(own.name);
  return [
    ...absent.map((label): Action => ({ kind: 'create-label', label, claims: false })),
    ...(lostOwn ? [{ kind: 'create-label', label: own, claims: false } as const] : []),
    ...(found.epic === null && !claimed ? [{ kind: 'create-label', label: own, claims: true } as const] : []),
  ];
}

function createEpic(context: BlockContext): Action {
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
    title: renderTitle(process.titles.epic, view, fileOf(process, 'process.yml')),
    description: writeManagedBlock(body, epicMarker(assessment), epicBlock(context, [])),
    labels: [
      engagement,
      labelName('process', process.id, settings.labels),
      labelName('health', context.health?.label ?? 'on track', settings.labels),
    ],
    startDate: sow.dates?.start ?? null,
    dueDate: sow.dates?.end ?? null,
  };
}

/**
 * The epic of an engagement that has lived in a tracking issue: its title, its whole description with what people wrote
 * there, and those of its labels that the group knows.
 */
function moveToEpic(from: ActualEpic, input: PlanInput, context: BlockContext): Action {
  const { assessment, labels, found } = input;
  const { sow, engagement, process } = assessment;
  const block = epicBlock(context, desiredLinks(input).filter(knownLinks(found)), found.memory.paused);
  const own = [engagement, labelName('process', process.id, context.settings.labels)];
  return {
    kind: 'create-epic',
    holder: 'epic',
    title: from.title,
    description: writeManagedBlock(from.description, epicMarker(assessment), block),
    labels: [...new Set([...own, ...from.labels.filter((label) => labels.has(label))])],
    startDate: sow.dates?.start ?? null,
    dueDate: sow.dates?.end ?? null,
  };
}

export function epicMarker({
  engagement,
  process,
}: {
  readonly engagement: string;
  readonly process: ProcessDefinition;
}): Marker {
  return { kind: 'epic', engagement, process: process.id, profile: process.profile, step: null };
}

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
    title: renderTitle(process.titles.issue, view, fileOf(process, 'process.yml')),
    description: writeManagedBlock(body, stepMarker(assessment, status.key), stepBlock(status, context)),
    labels: stepLabels(status, context),
    assignee: assigneeFor(status.step.owner, assessment, settings),
    dueDate: dueOf(status, context),
    confidential: status.step.confidential,
  };
}

/** The labels of ours that a step's issue must carry. */
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

function fileOf(process: ProcessDefinition, file: string): string {
  return `issue_templates/${process.id}/${file}`;
}

function viewOf(context: BlockContext, status: StepStatus | null): View {
  const { assessment, settings } = context;
  const { process, sow } = assessment;
  const titles = titlesOf(assessment);
  const titleList = (keys: readonly string[]): string[] => keys.map((key) => titles.get(key) ?? key);
  const next = (key: string): string[] =>
    assessment.steps
      .filter(({ after }) => after.some(({ step }) => step === key))
      .map((successor) => successor.key);
  return templateView({
    sow,
    process: { id: process.id, name: process.name },
    people: roleHolders(
      process.steps.map((step) => step.owner),
      assessment,
      settings,
    ),
    showAmounts: settings.showAmounts,
    evidence: status === null ? [] : evidenceFor(status.step, sow),
    ...(status === null
      ? {}
      : {
          step: {
            id: status.step.id,
            title: status.step.title,
            dueOn: dueOf(status, context),
            afterTitles: titleList(status.after.map(({ step }) => step)),
            nextTitles: titleList(next(status.key)),
          },
        }),
  });
}
