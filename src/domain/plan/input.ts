import type { Assessment } from '#domain/assess/step-status.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { Followed } from '#domain/comments/follow-comments.ts';
import type { Identified } from '#domain/engagement/identify.ts';
import type { Edge } from '#domain/engagement/memory.ts';
import type { Capabilities } from '#domain/engagement/state.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';

export interface PlanInput {
  /** The instant of the run, on the day of the assessment. ISO 8601. */
  readonly now: string;
  readonly assessment: Assessment;
  readonly found: Identified;
  readonly settings: Settings;
  /** Labels of the group; empty unless {@link PlanInput.labelsRead}. */
  readonly labels: ReadonlySet<string>;
  /** The engagement's label is known to exist and what carries it was read: nothing to claim. */
  readonly claimed: boolean;
  /** The loop fuse's pause ends, by option or by comment. */
  readonly resume: boolean;
  /** What comments, or a finished step that appoints, have just asked for. */
  readonly followed: Pick<Followed, 'answers' | 'effects'>;
  /** How far comments had been read, and how the runs of pipelines stood, when the epic was last written. */
  readonly recorded: Pick<Rulings, 'readings' | 'runs'>;
  /** Whether `labels` was read: something is to be created, or a label may be gone from the group. */
  readonly labelsRead?: boolean;
  /** Links that were there and are gone. */
  readonly lostLinks?: readonly Edge[];
  readonly capabilities: Capabilities;
  /** Turn a tracking issue into an epic, where there can be one. */
  readonly migrate: boolean;
}
