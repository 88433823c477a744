/** Names behind the templates of an engagement, for its epic and each of its issues. */

import { evidenceFor } from '#domain/assess/assess.ts';
import { dueOf, titlesOf } from '#domain/assess/outlook.ts';
import type { StepStatus } from '#domain/assess/step-status.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { givenTitle } from '#domain/rulings/instances.ts';
import { peopleInRoles } from '#domain/rulings/people.ts';
import { templateView, type View } from '#domain/template/view.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';

/** File of a process, for messages. */
export function fileOf(process: ProcessDefinition, file: string): string {
  return `issue_templates/${process.id}/${file}`;
}

/** Names of a step's template as the facts are; of the epic's where there is no step. */
export function viewOf(context: BlockContext, status: StepStatus | null): View {
  const { assessment, settings } = context;
  const { process, sow } = assessment;
  const { titles, people } = sharedBy(context);
  const titleList = (keys: readonly string[]): string[] => keys.map((key) => titles.get(key) ?? key);
  const next = (key: string): string[] =>
    assessment.steps
      .filter(({ after }) => after.some(({ step }) => step === key))
      .map((successor) => successor.key);
  return templateView({
    sow,
    process: { id: process.id, name: process.name },
    people,
    showAmounts: settings.showAmounts,
    evidence: status === null ? [] : evidenceFor(status.step, sow),
    ...(status === null
      ? {}
      : {
          step: {
            id: status.step.id,
            title: givenTitle(status.step, assessment.rulings.instances),
            dueOn: dueOf(status, context),
            afterTitles: titleList(status.after.map(({ step }) => step)),
            nextTitles: titleList(next(status.key)),
            item: status.step.item,
          },
        }),
  });
}

/** What all views of one engagement have in common. */
interface Shared {
  readonly titles: ReturnType<typeof titlesOf>;
  readonly people: ReturnType<typeof peopleInRoles>;
}

/** A plan makes a dozen views from one context. */
const SHARED = new WeakMap<BlockContext, Shared>();

function sharedBy(context: BlockContext): Shared {
  const { assessment, settings } = context;
  const { process, sow, rulings } = assessment;
  const known = SHARED.get(context) ?? {
    titles: titlesOf(assessment),
    // Texts name whom the SOW names, whoever stands in for them in GitLab.
    people: peopleInRoles(
      process.steps.map((step) => step.owner),
      { sow, rulings },
      settings,
    ),
  };
  SHARED.set(context, known);
  return known;
}
