/** What of its template a description has no more: said, because a list that is gone would count as done. */
import { TemplateError } from '#domain/base/errors.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { EvidenceField, ProcessDefinition, Step } from '#domain/process/process.ts';
import { peopleInRoles } from '#domain/rulings/people.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { renderTemplate } from '#domain/template/render.ts';
import { templateView } from '#domain/template/view.ts';
import { readChecklist } from '#domain/text/checklist.ts';
import { hasEvidenceRow } from './evidence.ts';

export interface Gone {
  /** The required items of the template, as people see them, where the issue has no required item left; else empty. */
  readonly checklist: readonly string[];
  /** The fields of the evidence table, where the issue has the row of none of them; else empty. */
  readonly evidence: readonly EvidenceField[];
  /** Where both can be copied from: `issue_templates/delivery/kick-off.md`. */
  readonly file: string;
}

/** What the template of a step is rendered with. */
export interface TemplateFacts {
  readonly process: ProcessDefinition;
  readonly sow: Subject;
  readonly settings: Settings;
  readonly rulings: Rulings;
}

/**
 * Looks for the list and the table of the template. One item or one row is enough: people add, reword, translate, merge
 * and reorder items, and take out what does not apply.
 *
 * @param fields the evidence fields that apply to the SOW
 */
export function readGone(
  step: Step,
  description: string,
  fields: readonly EvidenceField[],
  facts: TemplateFacts,
): Gone {
  const wantsTable = fields.some(({ required }) => required);
  return {
    checklist: goneItems(step, description, fields, facts),
    evidence: wantsTable && !hasEvidenceRow(description, fields) ? fields : [],
    file: step.file,
  };
}

function goneItems(
  step: Step,
  description: string,
  fields: readonly EvidenceField[],
  facts: TemplateFacts,
): readonly string[] {
  if (!step.done_when.checklist || requiredItems(description).length > 0) return [];
  const sources = [step.body, ...Object.values(facts.process.partials)];
  return sources.some((source) => source.includes('[ ]')) ? requiredItems(rendered(step, fields, facts)) : [];
}

function requiredItems(description: string): readonly string[] {
  return readChecklist(description)
    .filter(({ optional }) => !optional)
    .map(({ text }) => text);
}

/** As at a launch, but for what only its day knew. Empty where the template is broken: then nothing can be said of its list. */
function rendered(step: Step, fields: readonly EvidenceField[], facts: TemplateFacts): string {
  const { process, sow, settings } = facts;
  const owners = process.steps.map(({ owner }) => owner);
  const view = templateView({
    sow,
    process: { id: process.id, name: process.name },
    people: peopleInRoles(owners, facts, settings),
    showAmounts: settings.showAmounts,
    evidence: fields,
    step: { id: step.id, title: step.title, dueOn: null, afterTitles: [], nextTitles: [] },
  });
  try {
    return renderTemplate(step.body, view, { partials: process.partials, file: step.file });
  } catch (error) {
    if (error instanceof TemplateError) return '';
    throw error;
  }
}
