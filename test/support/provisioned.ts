/** A process with a step that a pipeline does. */
import type { Pipeline } from '#sandbox/world.ts';
import { aDoneWhen, aProcess, aStep } from './builders.ts';
import type { EngagementWorld } from './engagement.ts';

/** What the pipeline of the step `provision` is given. */
type Given = Partial<Pick<NonNullable<ReturnType<typeof aStep>['pipeline']>, 'variables' | 'inputs'>>;

/** first → provision (by a pipeline) → last. */
export const PROVISIONED = provisionedBy({
  variables: {
    CUSTOMER: { from: 'customer.name' },
    RATE: { from: 'billing.rate' },
    TITLES: { from: 'deliverables.title' },
    SIZE: 'small',
  },
});

export function provisionedBy(given: Given): ReturnType<typeof aProcess> {
  return aProcess({
    steps: [
      aStep('first', { owner: 'manager' }),
      aStep('provision', {
        after: [{ step: 'first', until: 'done' }],
        done_when: aDoneWhen({ evidence: [{ field: 'Environment', kind: 'url', required: true }] }),
        pipeline: {
          project: 'services/engagements',
          ref: 'main',
          variables: {},
          ...given,
          records: 'Environment',
        },
        body: 'An environment for {{customer.name}}.\n\n{{> evidence}}\n',
      }),
      aStep('last', { after: [{ step: 'provision', until: 'done' }] }),
    ],
  });
}

/** Whoever does the first step does it. */
export function doFirst(world: EngagementWorld): void {
  const issue = world.issue('first');
  world.by('mira').write(issue, issue.description.replace('[ ]', '[x]'));
  world.by('mira').close(issue);
}

/** Lets a pipeline go on; the last one where none is named. */
export function endPipeline(
  { sandbox, seed }: EngagementWorld,
  status: Pipeline['status'],
  pipeline = sandbox.world.pipelines.at(-1),
): void {
  if (pipeline === undefined) throw new Error('there is no pipeline');
  sandbox.operations.setPipeline(seed.eli.user, pipeline, status);
}
