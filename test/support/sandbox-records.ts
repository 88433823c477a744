/** Records put straight into the sandbox, as an Owner or a branch would have made them. Valid by default, change one thing. */
import { takeId } from '#sandbox/new-world.ts';
import type { Hook, MergeRequest, Pipeline } from '#sandbox/world.ts';
import type { TestWorld } from './gitlab-world.ts';

type Place = Pick<TestWorld, 'sandbox' | 'seed'>;

/** A webhook of the group that signs what it sends. */
export function addSigningHook(
  { sandbox, seed }: Place,
  given: Pick<Hook, 'url' | 'signingToken'> & Partial<Hook>,
): Hook {
  const hook: Hook = {
    id: sandbox.world.hooks.length + 1,
    groupId: seed.group.id,
    projectId: null,
    token: null,
    issuesEvents: true,
    confidentialIssuesEvents: true,
    noteEvents: true,
    enableSslVerification: true,
    failures: 0,
    disabledUntil: null,
    createdAt: new Date().toISOString(),
    ...given,
  };
  sandbox.world.hooks.push(hook);
  return hook;
}

/** An open merge request of mira's into main. */
export function addMergeRequest({ sandbox, seed }: Place, changes: Partial<MergeRequest> = {}): MergeRequest {
  const mergeRequest: MergeRequest = {
    id: takeId(sandbox.world, 'mergeRequest'),
    iid: 7,
    projectId: seed.project.id,
    authorId: seed.mira.user.id,
    title: 'A new SOW',
    sourceBranch: 'sow',
    targetBranch: 'main',
    state: 'opened',
    sha: '',
    mergeCommitSha: null,
    squashCommitSha: null,
    notes: [],
    quickActions: [],
    ...changes,
  };
  sandbox.world.mergeRequests.push(mergeRequest);
  return mergeRequest;
}

/** A pipeline that mira's trigger token has made, canceled while it waited. */
export function addTriggerPipeline({ sandbox, seed }: Place, changes: Partial<Pipeline> = {}): Pipeline {
  const at = changes.createdAt ?? new Date().toISOString();
  const pipeline: Pipeline = {
    id: takeId(sandbox.world, 'pipeline'),
    iid: sandbox.world.pipelines.length + 1,
    projectId: seed.project.id,
    ref: 'main',
    userId: seed.mira.user.id,
    source: 'trigger',
    createdAt: at,
    updatedAt: at,
    finishedAt: null,
    variables: [],
    inputs: {},
    name: null,
    job: { id: takeId(sandbox.world, 'job'), name: 'procession:intake' },
    status: 'canceled',
    ...changes,
  };
  sandbox.world.pipelines.push(pipeline);
  return pipeline;
}
