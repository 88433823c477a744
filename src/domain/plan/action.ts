import type { FilledCell } from '#domain/assess/filled-cells.ts';
import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import type { LabelDefinition } from '#domain/base/labels.ts';
import type { Edge } from '#domain/engagement/memory.ts';
import type { HolderKind, NoteTarget } from '#domain/engagement/state.ts';
import type { ThreadEdit } from '#domain/recurring/settle.ts';
import type { PipelineInputs, PipelineVariable } from '#domain/rulings/pipeline-variables.ts';
import type { KeptText } from '#domain/text/kept-sections.ts';
import type { NoteRule } from '#domain/texts/notes.ts';

/** A record to be written, with the steps whose issues it names once they exist. */
export interface RecordToWrite {
  /** See `recordText`; without the ids of issues that are yet to be made. */
  readonly text: string;
  readonly steps: readonly StepKey[];
}

interface Update {
  readonly addLabels: readonly string[];
  readonly removeLabels: readonly string[];
  readonly state: 'opened' | 'closed' | null;
  /** New text of the managed block with reference tokens; `null` leaves it. */
  readonly block: string | null;
  /** Sections of the text that no longer say what the facts do, as they are to be written; absent: none. */
  readonly kept?: readonly KeptText[];
  /** Only where a migration gives an engagement another name, and people have left the title as it was made. */
  readonly title?: string;
  /** Only where a migration makes a deal of an engagement that everybody could read. */
  readonly confidential?: true;
  /** What changes and why, one phrase each, for people. */
  readonly why: readonly string[];
}

/** One change in GitLab. It names steps, not issues, so that it can be planned before any issue exists. */
export type Action =
  | {
      readonly kind: 'create-label';
      readonly label: LabelDefinition;
      /** Somebody else having made it means somebody else is launching. */
      readonly claims: boolean;
    }
  | {
      readonly kind: 'create-epic';
      readonly holder: HolderKind;
      readonly title: string;
      readonly description: string;
      readonly labels: readonly string[];
      readonly startDate: string | null;
      readonly dueDate: string | null;
      readonly confidential: boolean;
      /** Goes into the description. */
      readonly record: RecordToWrite;
    }
  /** Writes the protected copy of the record, a comment of ours on the epic. */
  | { readonly kind: 'write-copy'; readonly record: RecordToWrite }
  | {
      readonly kind: 'create-issue';
      readonly step: StepKey;
      readonly title: string;
      readonly description: string;
      readonly labels: readonly string[];
      readonly assignee: string | null;
      readonly dueDate: string | null;
      readonly confidential: boolean;
    }
  | ({ readonly kind: 'add-link' } & Edge)
  /** Takes away a link that another version of the process had asked for. */
  | ({ readonly kind: 'remove-link' } & Edge)
  /** Relates the epic to that of another engagement of the chain, where this GitLab has that; elsewhere nothing happens. */
  | {
      readonly kind: 'relate';
      readonly engagement: EngagementKey;
      /** `services&7`, or of a tracking issue `services/engagements#7`. */
      readonly reference: string;
    }
  /** Issues that came to an epic which had others stand right behind the step before them. */
  | {
      readonly kind: 'place-issues';
      readonly places: readonly { readonly step: StepKey; readonly after: StepKey }[];
    }
  | {
      readonly kind: 'close-twin';
      readonly item: 'epic' | 'issue';
      readonly id: number;
      readonly reference: string;
      readonly original: NoteTarget;
    }
  /** Starts the pipeline of a step, unless this very run has been started already. What came of it is known afterwards. */
  | {
      readonly kind: 'start-pipeline';
      readonly step: StepKey;
      /** From 1. */
      readonly attempt: number;
      readonly project: string;
      readonly ref: string;
      /** `SOW-1042/provision/1` */
      readonly run: string;
      readonly variables: readonly PipelineVariable[];
      /** `null`: none, not even ours. */
      readonly inputs: PipelineInputs | null;
      /** No pipeline of this run is older. ISO 8601. */
      readonly since: string;
    }
  /** Opens the thread of an occurrence, unless it is there already. */
  | {
      readonly kind: 'open-thread';
      readonly step: StepKey;
      /** Nominal date of the occurrence. */
      readonly occurrence: string;
      readonly body: string;
    }
  /** Changes the first note of a thread: minutes are missing, or nothing takes place. */
  | {
      readonly kind: 'edit-thread';
      readonly step: StepKey;
      readonly occurrence: string;
      readonly noteId: number;
      readonly why: ThreadEdit['why'];
      readonly body: string;
    }
  /** Takes away the thread that another writer has opened at the same moment, and that nobody has replied to. */
  | {
      readonly kind: 'delete-thread';
      readonly step: StepKey;
      readonly occurrence: string;
      readonly noteId: number;
    }
  /** A tracking issue whose engagement has an epic by now says so and is closed. */
  | {
      readonly kind: 'retire-tracking';
      readonly id: number;
      readonly reference: string;
      readonly record: RecordToWrite;
    }
  | {
      readonly kind: 'write-note';
      readonly target: NoteTarget;
      readonly rule: NoteRule;
      readonly body: string;
      /** Ends a note that is there; where there is none, none is made. */
      readonly ends?: true;
      /** Asks people for something: made by two writers at the same moment, the later one goes. */
      readonly once?: true;
      /** Nobody has to read it again: the record, written later, counts it, so that it costs later runs nothing. */
      readonly counted?: true;
    }
  /** Says to somebody that their comment was followed or not: a reaction on it, and words where they are needed. */
  | {
      readonly kind: 'answer';
      readonly target: NoteTarget;
      readonly noteId: number;
      readonly outcome: 'done' | 'refused';
      readonly body: string | null;
      /** The comment is an internal note, and so is the answer. */
      readonly internal: boolean;
    }
  | ({
      readonly kind: 'update-issue';
      readonly step: StepKey;
      /** Username; only where nobody is assigned, or the role went from one to another. */
      readonly assignee: string | null;
      /** Only when somebody has just moved it. */
      readonly dueDate: string | null;
      readonly joinEpic: boolean;
      /** What the success of its pipeline, or its last minutes, fill in. */
      readonly evidence: readonly FilledCell[];
    } & Update)
  | ({
      readonly kind: 'update-epic';
      /** Dates of the SOW, where they are others now. */
      readonly startDate?: string;
      readonly dueDate?: string;
      /** Written together with the block; `null` exactly where that is. */
      readonly record: RecordToWrite | null;
    } & Update);

/**
 * Changes that an engagement needs, in the order in which they are carried out. Empty: everything is as it should be.
 */
export interface Plan {
  readonly engagement: EngagementKey;
  readonly actions: readonly Action[];
}
