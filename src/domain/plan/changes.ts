/** The difference between an item and what it should carry: its labels, and the lines that are ours. */

import type { StepKey } from '#domain/base/keys.ts';
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';
import { readManagedBlock, sameBlock } from '#domain/text/managed-block.ts';
import { encodeMarker, type Marker } from '#domain/text/marker.ts';
import { mentionsStep, resolveReferences } from '#domain/text/references.ts';
import type { Action } from './action.ts';

/** Change of an issue that changes nothing yet: begin from it. */
export function unchanged(step: StepKey): Extract<Action, { kind: 'update-issue' }> {
  return {
    kind: 'update-issue',
    step,
    addLabels: [],
    removeLabels: [],
    state: null,
    block: null,
    assignee: null,
    dueDate: null,
    joinEpic: false,
    evidence: [],
    why: [],
  };
}

/** Labels that an item gains and loses. */
export interface LabelChanges {
  readonly addLabels: readonly string[];
  readonly removeLabels: readonly string[];
}

/**
 * Labels to add, and those of the same scopes to remove: on Free, scoped labels do not exclude each other.
 *
 * @param scopes beginnings of labels. @example `workflow::`
 */
export function labelChanges(
  actual: readonly string[],
  desired: readonly string[],
  scopes: readonly string[],
): LabelChanges {
  return {
    addLabels: desired.filter((label) => !actual.includes(label)),
    removeLabels: actual.filter(
      (label) => !desired.includes(label) && scopes.some((scope) => label.startsWith(scope)),
    ),
  };
}

/**
 * The new block text when it differs from what stands there; a description whose marker line is not as it should be
 * differs, and so does a text that mentions an issue whose number nobody has yet.
 *
 * An issue's text without the numbers of other issues does not differ: it was written before those existed, and GitLab
 * shows the links beside it. With its next change it gets them.
 */
export function blockChange(
  { kind, description }: Pick<ActualEpic | ActualIssue, 'kind' | 'description'>,
  marker: Marker,
  desired: string,
  steps: {
    readonly issues: ReadonlyMap<StepKey, ActualIssue>;
    /** Steps whose issues are about to be created. */
    readonly coming: ReadonlySet<StepKey>;
  },
): string | null {
  const current = readManagedBlock(description);
  if (current === null || encodeMarker(current.marker) !== encodeMarker(marker)) return desired;
  const stands = (issues: ReadonlyMap<StepKey, ActualIssue>): boolean =>
    sameBlock(current.content, resolveReferences(desired, issues, kind));
  if (kind === 'issue' && stands(new Map())) return null;
  return !mentionsStep(desired, steps.coming) && stands(steps.issues) ? null : desired;
}
