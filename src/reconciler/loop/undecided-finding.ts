import type { EngagementKey } from '#domain/base/keys.ts';
import type { Finding } from '#domain/explain/check.ts';
import type { Undecided } from './undecided.ts';

/** An engagement that cannot be judged, as a finding: its rules are not being kept. */
export function undecidedFinding(
  engagement: EngagementKey,
  undecided: Extract<Undecided, { kind: 'record-damaged' | 'unknown-process' }>,
): Finding {
  if (undecided.kind === 'record-damaged')
    return {
      rule: 'record-damaged',
      message: `The epic cannot be trusted: ${undecided.reason}`,
      missing: [],
      fix: [
        undecided.reason.endsWith('carries no seal')
          ? 'Look at what would be taken over, then seal it: procession records reseal --dry-run'
          : `Restore it: procession apply sows/${engagement}.yml`,
      ],
    };
  const profile = undecided.profile === null ? '' : `, profile ${undecided.profile}`;
  return {
    rule: 'unknown-process',
    message: `There is no process ${undecided.process}${profile} with the rules that judge this engagement`,
    missing: [],
    fix: [
      'Bring its folder, or its frozen version, back under issue_templates (procession versions names who runs on which)',
    ],
  };
}
