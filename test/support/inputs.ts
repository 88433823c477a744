import { type ProcessDefinition, type Step, StepFrontMatter } from '#domain/process/process.ts';
import { Deal } from '#domain/sow/deal.ts';
import { Sow } from '#domain/sow/sow.ts';

/** A valid SOW file as data; change one thing. */
export function aSowFile(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    sow: { number: 'SOW-1042', signed_on: '2026-03-02' },
    customer: { name: 'Example GmbH' },
    engagement: 'GitLab on AWS',
    stage: 'closed_won',
    closed_won_on: '2026-03-05',
    type: 't&m',
    deployment: 'aws',
    deliverables: [{ title: 'Reference architecture' }],
    contacts: { customer: { main: { name: 'Ada Muster', email: 'ada@example.com' } } },
    ...changes,
  };
}

/** A valid deal file as data; change one thing. */
export function aDealFile(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    deal: {
      key: 'DEAL-88121',
      url: 'https://crm.example.com/opportunities/88121',
      name: 'Example - GitLab on AWS',
      stage: 'scoping',
      opened_on: '2026-11-02',
    },
    customer: { name: 'Example GmbH' },
    ask: 'GitLab for 2,000 users on AWS.',
    ...changes,
  };
}

/** A valid deal, with fields of `deal` changed. */
export function anInputDeal(
  deal: Readonly<Record<string, unknown>> = {},
  changes: Readonly<Record<string, unknown>> = {},
): Deal {
  const file = aDealFile(changes);
  return Deal.parse({ ...file, deal: { ...Object(file['deal']), ...deal } });
}

/** A valid SOW; change one thing. */
export function anInputSow(changes: Readonly<Record<string, unknown>> = {}): Sow {
  return Sow.parse(aSowFile(changes));
}

/** A step by its id and the front matter that matters. */
export function anInputStep(id: string, frontMatter: Readonly<Record<string, unknown>> = {}): Step {
  return {
    ...StepFrontMatter.parse({ title: `Do ${id}`, owner: 'engineer', ...frontMatter }),
    id,
    body: '',
    file: `issue_templates/test/${id}.md`,
  };
}

/** A process of these steps; the last step is the gate unless told otherwise. */
export function anInputProcess(
  steps: readonly Step[],
  changes: Partial<ProcessDefinition> = {},
): ProcessDefinition {
  return {
    id: 'test',
    version: 1,
    name: 'Test',
    summary: 'A process for tests.',
    about: 'sow',
    launchStages: ['closed_won'],
    titles: { epic: '{{sow.number}}', issue: '{{step.title}}' },
    steps,
    closeWhen: steps.slice(-1).map((step) => step.id),
    epicBody: '',
    partials: {},
    profile: null,
    ...changes,
  };
}
