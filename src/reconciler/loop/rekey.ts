/** An engagement of a SOW that becomes the deal which that SOW came of: whether it can, and whether it has. */

import { isKeptHidden } from '#domain/assess/audience.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { DealFile } from '#domain/migration/deal-of.ts';
import type { Rekey } from '#domain/migration/move.ts';
import { besideSteps, finishing } from '#domain/migration/rekey.ts';
import type { Identified } from '#domain/record/identify.ts';
import { recordOf } from '#domain/sow/record.ts';
import { applyPlan } from './apply-plan.ts';
import type { ReconcileDeps } from './deps.ts';
import { identifyAll } from './identify-all.ts';
import { gitlabOf } from './place.ts';
import { processOf } from './process-of.ts';

/** Tells of which deal an engagement is the SOW. */
export type DealOf = (engagement: EngagementKey) => Promise<DealFile | { readonly problem: InputProblem }>;

/** The new key and subject of an engagement, or why it cannot have them. */
export async function rekeyOf(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  found: Identified,
  dealOf: DealOf,
): Promise<Rekey | { readonly problem: InputProblem }> {
  const named = await dealOf(engagement);
  if ('problem' in named) return named;
  const { deal, file } = named;
  const { key } = deal.deal;
  const refusal = (message: string, fix: string) => ({ problem: problem({ at: engagement }, message, fix) });
  if (gitlabOf(deps.gitlab, key) !== gitlabOf(deps.gitlab, engagement))
    return refusal(
      `deals have a place of their own here (${deps.settings.deals.place?.group ?? ''}), and GitLab moves no epic to another group`,
      `Let it go on by its version, and give the delivery a number of its own (${engagement}-1, say): in its SOW, and in sow.number of ${file}. The deal can then be begun in its place: procession apply ${file}`,
    );
  const there = await identifyAll(deps, await deps.gitlab.readEngagement(key, { always: true }));
  if (there.epic !== null)
    return refusal(
      `there is an engagement ${key} already: ${there.epic.url}`,
      `One of the two is the deal. End the other with /ps withdraw <reason>; or correct the key in ${file}.`,
    );
  const open = await openToAll(deps, engagement, { key, found });
  if (open !== null) return { problem: open };
  return {
    was: engagement,
    is: key,
    source: {
      sow: recordOf(deal, deps.settings),
      origin: { kind: 'file', name: file, commit: null, at: null },
    },
  };
}

/** A confidential epic takes nothing that everybody may read; what people have put into it is theirs. */
async function openToAll(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  { key, found }: { readonly key: EngagementKey; readonly found: Identified },
): Promise<InputProblem | null> {
  const { epic } = found;
  if (epic === null || epic.tracking !== null || epic.confidential || !isKeptHidden(key, deps.settings))
    return null;
  const own = new Set([...found.issues.values(), ...found.setAside.values()].map(({ id }) => id));
  const inside = await gitlabOf(deps.gitlab, engagement).readEpicIssues(epic);
  const others = inside.filter(
    ({ id, confidential, author }) => !own.has(id) && !confidential && author.id !== epic.author.id,
  );
  if (others.length === 0) return null;
  return problem(
    { at: engagement },
    `deals are confidential here, and ${others.map(({ reference }) => reference).join(', ')} in its epic can be read by everybody; GitLab makes no such epic confidential`,
    'Make it confidential, or take it out of the epic, and plan again.',
  );
}

/** What an engagement has become, with the version that it has there. */
export interface Become {
  readonly key: EngagementKey;
  readonly version: number;
  readonly found: Identified;
}

/** The deal that an engagement has become; `null`: none that is known. */
export async function becomeOf(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  dealOf: DealOf,
): Promise<Become | null> {
  const named = await dealOf(engagement);
  if ('problem' in named) return null;
  const { key } = named.deal.deal;
  const found = await identifyAll(deps, await deps.gitlab.readEngagement(key));
  const { record } = found;
  const stage = record?.migrated?.path.findLast((one) => one.key === engagement);
  return record === null || stage === undefined ? null : { key, version: record.version ?? stage.to, found };
}

/** Takes the old label off what still has it, where the run that gave the new key did not get to its end. */
export async function finishRekey(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  { key, found }: Become,
): Promise<'finished' | 'nothing'> {
  const beside = besideSteps(found.issues, [], found);
  const issues = new Map([...found.issues, ...beside]);
  const actions = finishing(issues, { was: engagement, is: key });
  const { record } = found;
  if (actions.length === 0 || record === null) return 'nothing';
  const process = processOf(deps.processes, found, { sow: record.sow, settings: deps.settings });
  if ('kind' in process) return 'nothing';
  await applyPlan({
    gitlab: gitlabOf(deps.gitlab, key),
    seal: deps.seal,
    clock: deps.clock,
    plan: { engagement: key, actions },
    process,
    found: { ...found, issues },
  });
  return 'finished';
}
