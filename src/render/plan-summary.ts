import { counted } from '#domain/base/sentence.ts';
import type { Action, Plan } from '#domain/plan/action.ts';

/** Counts of what a plan does. Labels of the group are counted apart, because all engagements share them. */
export interface PlanSummary {
  /** Epics and issues. */
  readonly create: number;
  readonly link: number;
  readonly change: number;
  readonly close: number;
  readonly note: number;
  readonly label: number;
  readonly pipeline: number;
}

/** Chooses the count that an action belongs to; `null` for actions that only complete a creation. */
export function countOf(action: Action, plan: Plan): keyof PlanSummary | null {
  switch (action.kind) {
    case 'create-label':
      return 'label';
    case 'create-epic':
    case 'create-issue':
      return 'create';
    case 'start-pipeline':
      return 'pipeline';
    case 'write-copy':
    case 'place-issues':
      return null;
    case 'add-link':
    case 'relate':
    case 'remove-link':
      return 'link';
    case 'close-twin':
    case 'retire-tracking':
      return 'close';
    case 'open-thread':
    case 'edit-thread':
    case 'delete-thread':
    case 'write-note':
    case 'answer':
      return 'note';
    case 'update-issue':
      return action.state === 'closed' ? 'close' : 'change';
    case 'update-epic':
      if (action.state === 'closed') return 'close';
      return fillsInNewEpic(action, plan) ? null : 'change';
  }
}

/** The epic's summary can name its issues only once they exist: part of its creation, not a change. */
function fillsInNewEpic(action: Extract<Action, { kind: 'update-epic' }>, plan: Plan): boolean {
  const isNew = plan.actions.some(({ kind }) => kind === 'create-epic');
  return isNew && action.state === null && action.addLabels.length + action.removeLabels.length === 0;
}

/** Counts the actions of a plan. */
export function summaryOf(plan: Plan): PlanSummary {
  const counts = { create: 0, link: 0, change: 0, close: 0, note: 0, label: 0, pipeline: 0 };
  for (const action of plan.actions) {
    const kind = countOf(action, plan);
    if (kind !== null) counts[kind] += 1;
  }
  return counts;
}

/** `Plan: 12 to create, 11 links, 0 to change.` */
export function summaryLine(summary: PlanSummary): string {
  const parts = [`${summary.create} to create`, counted(summary.link, 'link'), `${summary.change} to change`];
  return `Plan: ${[...parts, ...extras(summary, 'to close')].join(', ')}.`;
}

/** `12 created, 11 links, 0 changed` */
export function doneText(summary: PlanSummary): string {
  const parts = [`${summary.create} created`, counted(summary.link, 'link'), `${summary.change} changed`];
  return [...parts, ...extras(summary, 'closed')].join(', ');
}

function extras({ close, note, pipeline }: PlanSummary, closing: string): readonly string[] {
  return [
    ...(close > 0 ? [`${close} ${closing}`] : []),
    ...(note > 0 ? [counted(note, 'note')] : []),
    ...(pipeline > 0 ? [counted(pipeline, 'pipeline')] : []),
  ];
}
