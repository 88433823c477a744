/** From what GitLab holds to what is to be done about one engagement. Reads, and writes nothing. */

import type { Assessment } from '#domain/assess/step-status.ts';
import { localDate } from '#domain/base/calendar.ts';
import type { Identified } from '#domain/engagement/identify.ts';
import { withoutLinks } from '#domain/engagement/memory.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import type { Plan } from '#domain/plan/action.ts';
import type { PlanInput } from '#domain/plan/input.ts';
import { desiredLinks } from '#domain/plan/links.ts';
import { createsItems, lacksLabels, plan } from '#domain/plan/plan.ts';
import { decodeSowRecord } from '#domain/sow/record.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { LAUNCH_STAGE } from '#domain/sow/stage.ts';
import { assessWithComments } from './assess-with-comments.ts';
import { LOOK_AT_COUNTS } from './comment-look.ts';
import type { ReconcileDeps, ReconcileOptions } from './deps.ts';
import { identifyAll } from './identify-all.ts';
import { readLostLinks } from './look-closer.ts';
import { outOfReach } from './out-of-reach.ts';
import { processOf } from './process-of.ts';
import { NONE_STARTED } from './read-runs.ts';
import type { Undecided } from './undecided.ts';

/** What the facts ask for, before anything is done. */
export interface Decision {
  readonly kind: 'decided';
  readonly assessment: Assessment;
  readonly found: Identified;
  readonly plan: Plan;
  /** What the plan was made from. */
  readonly input: PlanInput;
}

/** Reads and decides, writes nothing: behind `plan`, `check` and `explain` too. */
export async function decide(
  deps: Pick<ReconcileDeps, 'gitlab' | 'processes' | 'settings' | 'clock'>,
  actual: ActualState,
  options: ReconcileOptions & { readonly claimed?: boolean } = {},
): Promise<Decision | Undecided> {
  const seen = await identifyAll(deps, actual);
  const sow = sowOf(seen, options);
  if ('kind' in sow) return sow.kind === 'record-damaged' ? { ...sow, found: seen } : sow;
  const process = processOf(deps.processes, seen, options);
  if ('kind' in process) return process;
  const { settings, gitlab } = deps;
  const now = deps.clock.now();
  const { engagement, capabilities } = actual;
  const { assessment, followed, recorded } = await assessWithComments(
    gitlab,
    { engagement, process, sow, found: seen, settings, today: localDate(now, settings.calendar) },
    {
      look: options.comments ?? LOOK_AT_COUNTS,
      started: options.started ?? NONE_STARTED,
      now,
    },
  );
  const migrate = options.migrate === true;
  const resume = options.resume === true || followed.effects.unpause;
  const wanted = desiredLinks({ assessment, capabilities });
  const lostLinks = await readLostLinks(gitlab, wanted, { found: seen, resume });
  const found = withoutLinks(seen, lostLinks);
  // A label that is missing on an item may be gone from the group since its labels were last read.
  const anew = lacksLabels(assessment, found, settings);
  const labelsRead = anew || createsItems(assessment, found, migrate);
  const input: PlanInput = {
    now,
    assessment,
    found,
    settings,
    labels: labelsRead ? await gitlab.readLabels({ anew }) : new Set<string>(),
    labelsRead,
    claimed: options.claimed === true,
    resume,
    lostLinks,
    followed,
    recorded,
    capabilities,
    migrate,
  };
  return { kind: 'decided', assessment, found, plan: plan(input), input };
}

function sowOf(
  found: Identified,
  options: ReconcileOptions,
):
  | Sow
  | Exclude<Undecided, { kind: 'record-damaged' }>
  | { readonly kind: 'record-damaged'; readonly reason: string } {
  if (found.epic === null) {
    const unusable = outOfReach(found);
    if (unusable !== null) return unusable;
    if (options.sow === undefined) return { kind: 'absent' };
    return options.sow.stage === LAUNCH_STAGE ? options.sow : { kind: 'not-won', stage: options.sow.stage };
  }
  if (options.sow !== undefined) return options.sow;
  const record = decodeSowRecord(found.epic.description);
  if (record.kind === 'ok') return record.sow;
  return {
    kind: 'record-damaged',
    reason: record.kind === 'absent' ? 'the SOW record is missing' : record.reason,
  };
}
