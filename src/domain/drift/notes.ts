/** The comment that asks about what people took away twice. */
import { titlesOf } from '#domain/assess/outlook.ts';
import { labelName } from '#domain/base/labels.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import { noteBody } from '#domain/texts/notes.ts';
import type { Drift, DriftFacts } from './drift.ts';

/** Comment that asks about drift on one item. @param here everything on the item that is left as people made it */
export function driftNote(here: readonly Drift[], facts: Pick<DriftFacts, 'assessment' | 'found'>): string {
  const { engagement } = facts.assessment;
  return noteBody(
    'drift',
    [
      'This is not as Procession sets it up, and it is left as it is: what Procession has put back once and somebody has undone is not put back again.',
      '',
      ...here.map((drift) => `- ${what(drift, facts)}`),
      '',
      `If it is meant to be so, nothing is to be done. To have everything put back: \`procession apply ${engagement} --resume\`.`,
    ].join('\n'),
  );
}

/** Comment that says why a label of the team is gone again. */
export function foreignStateNote(
  labels: readonly string[],
  state: string,
  { settings }: Pick<DriftFacts, 'settings'>,
): string {
  const scope = labelName('workflow', '', settings.labels);
  const [first = ''] = labels;
  const own = first.slice(scope.length);
  return noteBody(
    'foreign-state',
    [
      `${labels.map((label) => inlineText(label)).join(', ')} was taken off again, and \`${labelName('workflow', state, settings.labels)}\` is back: an issue has one label of the scope \`${scope}\`, and Procession keeps it, so that boards and lists find every step. This is said once and done each time.`,
      '',
      `For a state of your own, use a label outside of that scope (${inlineText(`team::${own}`)}); or give Procession's states another name: \`labels: { workflow: ps-workflow }\` in \`procession.yml\`.`,
    ].join('\n'),
  );
}

const EXPOSED_DEAL =
  'Deals are confidential here, because customers and others who see deliveries may not read them; and somebody has opened this one to everybody who can see this place. If that was a mistake, make it confidential again. A group of their own for deals: docs/deals.md.';

function what({ is }: Drift, { assessment, found }: Pick<DriftFacts, 'assessment' | 'found'>): string {
  const titles = titlesOf(assessment);
  switch (is.kind) {
    case 'issue-gone':
      return `The issue of **${titles.get(is.step) ?? is.step}** is gone again. The step counts as not done, and no new issue is made for it.`;
    case 'issue-moved':
      return `The issue of **${titles.get(is.step) ?? is.step}** (${inlineText(found.moved.get(is.step)?.reference ?? '')}) was moved to where Procession cannot see it. The step counts as not done until the issue is moved back.`;
    case 'left-epic':
      return `This issue is outside the epic of its engagement. It still counts; to have it back, put it into ${found.epic?.reference ?? 'the epic'}.`;
    case 'exposed':
      return is.step === null
        ? EXPOSED_DEAL
        : 'The process makes this issue confidential, and somebody has opened it to everybody who can see the project. If that was a mistake, make it confidential again.';
    case 'unlinked':
      return `The link "blocked by ${stepReference(is.edge.from)} ${titles.get(is.edge.from) ?? is.edge.from}" is gone again. The order is kept all the same; to have the link back, add it by hand.`;
    case 'label':
      return `The label \`${is.label}\` is missing again. To have it back, add it by hand.`;
    case 'foreign-state':
      return `${is.labels.map((label) => inlineText(label)).join(', ')} is no state of Procession.`;
    case 'twin':
      return 'A duplicate that was closed is open again. Only this one counts as the step.';
  }
}
