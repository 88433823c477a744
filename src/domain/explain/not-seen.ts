/** Engagements that are known although nothing holds them any more: seeing less than before is a finding, not an all-clear. */

import { compareText } from '#domain/base/compare-text.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { fileNamed } from '#domain/sow/sow-file.ts';
import type { EngagementCheck, Finding } from './check.ts';
import { unjudged } from './check.ts';

/** Sign that an engagement was there once, or should be there. */
export type Trace = { readonly engagement: EngagementKey } & (
  | { readonly kind: 'label' }
  | { readonly kind: 'issues'; readonly references: readonly string[] }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'sow-file'; readonly file: string }
);

/** Engagements with a trace that are not among the seen, with everything that is known of each, by name. */
export function notSeen(
  seen: ReadonlySet<EngagementKey>,
  traces: readonly Trace[],
): readonly EngagementCheck[] {
  const lost = Map.groupBy(
    traces.filter(({ engagement }) => !seen.has(engagement)),
    ({ engagement }) => engagement,
  );
  return [...lost]
    .toSorted(([one], [other]) => compareText(one, other))
    .map(([engagement, its]) => unjudged(engagement, null, notSeenFinding(engagement, its)));
}

function notSeenFinding(engagement: EngagementKey, traces: readonly Trace[]): Finding {
  const file = traces.find(({ kind }) => kind === 'sow-file');
  const isNew = traces.every(({ kind }) => kind === 'sow-file');
  return {
    rule: 'engagement-not-seen',
    message: isNew
      ? `${engagement} is won and has no engagement in GitLab`
      : `${engagement} was launched, and what held it is gone or cannot be seen: nobody keeps its rules`,
    missing: traces.map(traceText),
    fix: [applied(engagement, file, isNew), ...forgotten(engagement, traces)],
  };
}

function applied(engagement: EngagementKey, file: Trace | undefined, isNew: boolean): string {
  const path = file?.kind === 'sow-file' ? file.file : fileNamed(engagement);
  if (isNew) return `Launch it: procession apply ${path}`;
  return `Restore the epic, give the token's user sight of it, or make it again from its SOW with the issues that are left: procession apply ${path}`;
}

/** What to do where it is gone on purpose. */
function forgotten(engagement: EngagementKey, traces: readonly Trace[]): readonly string[] {
  const ways = traces.flatMap((trace): string[] => {
    switch (trace.kind) {
      case 'label':
        return [`delete the label ${engagement} of the group`];
      case 'issues':
        return ['delete its issues'];
      case 'sweep':
        return [`run procession sweep once with --forget ${engagement}`];
      case 'sow-file':
        return [`move ${trace.file} to sows/archive/`];
    }
  });
  return [`If it is gone on purpose: ${ways.join(', ')}`];
}

function traceText(trace: Trace): string {
  switch (trace.kind) {
    case 'label':
      return 'the group has the label that its launch has made';
    case 'issues':
      return `its issues are there without an epic: ${some(trace.references)}`;
    case 'sweep':
      return 'an earlier sweep has seen it';
    case 'sow-file':
      return `${trace.file} is won`;
  }
}

function some(references: readonly string[]): string {
  const shown = references.slice(0, 3);
  const rest = references.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}
