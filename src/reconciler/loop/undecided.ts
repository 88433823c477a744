import { closedBefore } from '#domain/assess/kept-order.ts';
import { type Taken, takenText } from '#domain/assess/taken.ts';
import type { EngagementKey, StepKey, SubjectKind } from '#domain/base/keys.ts';
import type { Finding } from '#domain/explain/check.ts';
import type { Trace } from '#domain/explain/not-seen.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { SowChange } from '#domain/sow/changes.ts';
import type { RefusedSow } from '#domain/sow/history.ts';
import { fileNamed } from '#domain/sow/sow-file.ts';

/** Reason why nothing can be decided about an engagement. */
export type Undecided =
  /** Nothing holds it. `left`: references of issues of ours that are there all the same. */
  | { readonly kind: 'absent'; readonly left: readonly string[] }
  /** The SOW is not won yet, the deal not in a stage in which its process launches. */
  | { readonly kind: 'not-won'; readonly stage: string; readonly starts: readonly string[] }
  /** No process can be taken: the one asked for is about something else, or none or several are about deals. */
  | {
      readonly kind: 'no-process';
      readonly about: SubjectKind;
      readonly asked: string | null;
      /** Processes that are about it, also those of `broken`. */
      readonly ids: readonly string[];
      /** Of those the ones whose files have problems, which are, or may be, about it. Absent: none. */
      readonly broken?: readonly string[];
    }
  | { readonly kind: 'record-damaged'; readonly reason: string; readonly found: Identified }
  /**
   * `foreign`: its tracking issue was made by somebody unknown. `moved`: it goes on in an epic, and GitLab shows none.
   * `left`: a deal that is open in the place of deliveries, where deals have one of their own by now.
   */
  | {
      readonly kind: 'out-of-reach';
      readonly why: 'foreign' | 'moved' | 'left';
      readonly reference: string;
      readonly author: string;
    }
  /** Its definition is not at hand. */
  | {
      readonly kind: 'unknown-process';
      readonly process: string;
      readonly profile: string | null;
      /** `null`: the record names none, or there is none. */
      readonly version: number | null;
      /** The files of the process have problems. */
      readonly broken: boolean;
      /** What is there of it; `null` for a launch. */
      readonly found: Identified | null;
      /** Steps that were closed before their turn and that this run has opened again, by the record alone. */
      readonly reopened: readonly StepKey[];
    }
  /** It runs by another process than the one that somebody named. */
  | { readonly kind: 'other-process'; readonly process: string; readonly asked: string }
  /** Something newer from the same source holds, or source and record have gone different ways. */
  | { readonly kind: 'sow-refused'; readonly reading: RefusedSow }
  /** The deal names SOWs that came of other deals, or are of other customers. */
  | {
      readonly kind: 'sow-taken';
      readonly taken: readonly Taken[];
      readonly found: Identified;
    }
  /** The SOW is another one with the same number: what differs, first the engagement's own. */
  | { readonly kind: 'other-engagement'; readonly changes: readonly SowChange[]; readonly found: Identified };

/** What is left of an engagement that nothing holds: issues of ours, or a tracking issue whose epic cannot be seen. */
export function tracesOf(
  engagement: EngagementKey,
  outcome: Extract<Undecided, { kind: 'absent' | 'out-of-reach' }> | { readonly kind: string },
): readonly Trace[] {
  const references =
    'left' in outcome
      ? outcome.left
      : 'reference' in outcome && outcome.why === 'moved'
        ? [outcome.reference]
        : [];
  return references.length === 0 ? [] : [{ kind: 'issues', engagement, references }];
}

/** Finding about an engagement that cannot be judged: its rules are not being kept. */
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
          : `Restore it: procession apply ${fileNamed(engagement)}`,
      ],
    };
  if (undecided.broken)
    return {
      rule: 'unknown-process',
      message: `The files of the process ${undecided.process} have problems, so nothing judges this engagement: order and what is done are kept from its record, nothing else`,
      missing: [],
      fix: ['Correct them: procession lint names each'],
    };
  const profile = undecided.profile === null ? '' : `, profile ${undecided.profile}`;
  const version = undecided.version === null ? '' : ` version ${undecided.version}`;
  const early = undecided.found === null ? [] : closedBefore(undecided.found);
  return {
    rule: 'unknown-process',
    message: `There is no process ${undecided.process}${version}${profile} with the rules that judge this engagement: order and what is done are kept from its record, nothing else`,
    missing: early.map(({ step, waitsFor }) => `${step} is closed before ${waitsFor.join(' and ')}`),
    fix: [
      'Bring its folder, or its frozen version, back under issue_templates (procession versions names who runs on which)',
    ],
  };
}

/** Reason of {@link noProcessReason} for a deal where no process is about deals. */
export const NO_PROCESS_ABOUT_DEALS = 'there is no process about deals';

/** Why a launch has no process, as half a sentence. */
export function noProcessReason({
  about,
  asked,
  ids,
  broken = [],
}: Extract<Undecided, { kind: 'no-process' }>): string {
  const what = about === 'deal' ? 'deals' : 'SOWs';
  if (asked !== null) return `the process ${asked} is not about ${what}`;
  if (ids.length === 0)
    return about === 'deal' ? NO_PROCESS_ABOUT_DEALS : `there is no process about ${what}`;
  return broken.length === 0
    ? `several processes are about ${what}: ${ids.join(', ')}`
    : `several processes are, or may be, about ${what}: ${ids.join(', ')}; the files of ${broken.join(', ')} have problems`;
}

/** Why a deal is refused its SOWs, as half a sentence. @example `SOW-1042 is the SOW of DEAL-88121 already` */
export function sowTakenReason({ taken }: Extract<Undecided, { kind: 'sow-taken' }>): string {
  return taken.map(takenText).join('; ');
}
