import type { EngagementKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { HoursStatement } from '#domain/hours/memory.ts';
import type { Action } from '#domain/plan/action.ts';
import type { Seal } from '#domain/record/line.ts';
import type { ReadChained } from '#domain/record/read-chained.ts';
import type { SourceSow } from '#domain/sow/history.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { Clock } from '#ports/clock.ts';
import type { GitLab, Places } from '#ports/gitlab.ts';
import type { Logger } from '#ports/logger.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { Progress } from './apply-plan.ts';
import type { CommentLook } from './comment-look.ts';
import type { StartedRuns } from './read-runs.ts';

/** Ports and settings that reconciling takes. */
export interface ReconcileDeps {
  readonly gitlab: Places;
  readonly processes: ProcessStore;
  readonly settings: Settings;
  /** Opens the records in GitLab, and seals them where keys are set. */
  readonly seal: Seal;
  readonly logger: Logger;
  /** What day it is: for due dates, silence that counts as acceptance, reminders. */
  readonly clock: Clock;
}

/** What reading one engagement takes, in the place where that engagement lives. */
export interface PlacedDeps extends Pick<ReconcileDeps, 'settings' | 'seal'> {
  readonly gitlab: GitLab;
}

/** Choices for one run. */
export interface ReconcileOptions {
  /** The SOW as its source has it now; without it the record in the epic is used, and nothing is launched. */
  readonly sow?: Subject;
  /** Where the SOW comes from, and how new it is there; absent: nobody knows. */
  readonly origin?: SourceSow['origin'];
  /**
   * What becomes of a SOW that is other than the record: applied, because somebody has looked at it, or asked about first,
   * or nothing, because it is there for a launch alone. Default: applied.
   */
  readonly amend?: 'apply' | 'ask' | 'never';
  /** Process and profile of a launch, in place of those that the settings choose; an engagement that exists keeps its own. */
  readonly process?: string;
  readonly profile?: string | null;
  /** Somebody has named the process: an engagement of another one is refused. */
  readonly insistsOnProcess?: boolean;
  /** The SOW is that of the engagement, whatever customer, signing day and opportunity say. */
  readonly sameEngagement?: boolean;
  readonly allowMassChange?: boolean;
  /** How hard to look for comments with commands. Default: where GitLab counts new ones. */
  readonly comments?: CommentLook;
  /** Take an engagement up again that the loop fuse has paused. */
  readonly resume?: boolean;
  /** Turn a tracking issue into an epic, where GitLab has epics by now. */
  readonly migrate?: boolean;
  /** Seal the record anew, and take over one that carries no seal. */
  readonly reseal?: boolean;
  readonly onProgress?: Progress | undefined;
  /** Told after each action that has been carried out. */
  readonly onDone?: ((action: Action) => void) | undefined;
  /** Hours to be recorded, of an import. */
  readonly statement?: HoursStatement;
  /** Engagements that were read already and came of a deal. */
  readonly known?: ReadonlyMap<EngagementKey, ReadChained>;
  /** The deal that the engagement came of, where that is known. */
  readonly deal?: EngagementKey;
  /** A SOW that has just been launched out of this deal. */
  readonly joins?: readonly EngagementKey[];
  /** An earlier try may have been broken off: a deal looks again although its delivery needs nothing. */
  readonly again?: boolean;
  /** The deal that does not name this SOW any more. */
  readonly leaves?: EngagementKey;
  /** The run is made for another engagement of the chain, which goes on by itself. */
  readonly chained?: boolean;
  /** Pipelines that have just been started: not in the epic yet. */
  readonly started?: StartedRuns;
}
