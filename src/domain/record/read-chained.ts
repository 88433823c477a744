import { type EngagementKey, subjectOf } from '#domain/base/keys.ts';
import { labelValues, WORKFLOW_STATES } from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { Chained, ChainedStep } from './chained.ts';
import type { Identified } from './identify.ts';

/** Another engagement as it is in GitLab. */
export interface ReadChained extends Chained {
  /** Keys of the engagements that it knows to be of its chain. */
  readonly knows: readonly EngagementKey[];
  /** Its launch was completed: until then its record names no issues. */
  readonly isWhole: boolean;
  /** What it is about; `null`: its record cannot be read. */
  readonly sow: Subject | null;
}

/**
 * What there is of another engagement: its record says what is done, labels the rest; `null`: nothing holds it. Of a deal
 * there is nothing but where it is: whoever reads what came of a deal may not be allowed to read the deal.
 */
export function chainedOf(
  key: EngagementKey,
  { epic, marker, record, memory, issues }: Identified,
  settings: Pick<Settings, 'labels'>,
): ReadChained | null {
  const process = record?.process ?? marker?.process;
  if (epic === null || process === undefined) return null;
  const { reference, url } = epic;
  const isOpen = subjectOf(key) !== 'deal';
  const shown = isOpen ? [...issues] : [];
  return {
    key,
    process,
    title: isOpen ? epic.title : key,
    reference,
    url,
    steps: shown.map(([step, issue]): ChainedStep => {
      const done = issue.state === 'closed' ? (record?.done.get(step) ?? null) : null;
      const ended = done?.how === 'waiver' ? 'waived' : 'done';
      return {
        key: step,
        state: done === null ? openState(issue, settings) : ended,
        due: issue.dueDate,
        reference: issue.reference,
        url: issue.url,
        done,
      };
    }),
    knows: (record?.chain ?? []).map((other) => other.key),
    isWhole: memory.issues.size > 0,
    sow: record?.sow ?? null,
  };
}

/** The state that labels show of an issue that does not count as done. */
function openState({ labels }: ActualIssue, settings: Pick<Settings, 'labels'>): ChainedStep['state'] {
  const shown = labelValues(labels, 'workflow', settings.labels);
  return WORKFLOW_STATES.find((state) => shown.includes(state) && state !== 'done') ?? 'ready';
}
