import type { SubjectKind } from '#domain/base/keys.ts';
import type { Item } from '#domain/process/item.ts';
import type { EvidenceField } from '#domain/process/process.ts';
import { ACCEPTANCE_DAYS } from '#domain/sow/sow.ts';
import { isDeal, kindOf, type Subject, withoutAmounts } from '#domain/sow/subject.ts';

/** Facts that a template can show. The step is left out for epics. */
export interface ViewInput {
  readonly sow: Subject;
  readonly process: { readonly id: string; readonly name: string };
  readonly step?: {
    readonly id: string;
    readonly title: string;
    readonly dueOn: string | null;
    readonly afterTitles: readonly string[];
    readonly nextTitles: readonly string[];
    /** Item of the SOW that the step is about, of a step with `each`. */
    readonly item?: Item | undefined;
  };
  /** Role → person who has that role; unknown parts are `null`. */
  readonly people: Readonly<
    Record<
      string,
      {
        readonly name: string | null;
        readonly username: string | null;
        readonly email: string | null;
        readonly chosen: boolean;
      }
    >
  >;
  readonly showAmounts: boolean;
  /** The evidence fields of the step that apply to this SOW. */
  readonly evidence: readonly EvidenceField[];
}

/** Data behind the names of `docs/templates.md`. */
export interface View {
  /** Nested plain values, without amounts unless amounts are shown. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly evidence: readonly EvidenceField[];
  /** `{{step.…}}` means something. */
  readonly forStep: boolean;
  /** What the engagement is about. */
  readonly about: SubjectKind;
}

/** Builds the names of `docs/templates.md` for one epic or issue. Values stay raw; rendering makes values harmless. */
export function templateView(input: ViewInput): View {
  const { sow, step, people, showAmounts } = input;
  return {
    values: {
      ...inWords(showAmounts ? sow : withoutAmounts(sow)),
      process: { name: input.process.name },
      step: step && {
        title: step.title,
        due_on: step.dueOn,
        after_titles: step.afterTitles.join(', '),
        next_titles: step.nextTitles.join(', '),
      },
      item: step?.item,
      people: Object.fromEntries(
        Object.entries(people).map(([role, { name, email, chosen }]) => [
          role,
          { name, email, named: name !== null, chosen },
        ]),
      ),
      acceptance_days: sow.passive_acceptance?.days ?? ACCEPTANCE_DAYS,
      is: flags(sow, showAmounts),
    },
    evidence: input.evidence,
    forStep: step !== undefined,
    about: kindOf(sow),
  };
}

/** The stage of a deal as people write it: `closed won`. */
function inWords(sow: Subject): Subject {
  return isDeal(sow) ? { ...sow, deal: { ...sow.deal, stage: sow.deal.stage.replaceAll('_', ' ') } } : sow;
}

function flags(sow: Subject, amountsShown: boolean): Readonly<Record<string, boolean>> {
  return {
    tm: sow.type === 't&m',
    fixed: sow.type === 'fixed',
    sku: sow.type === 'sku',
    aws: sow.deployment === 'aws',
    on_prem: sow.deployment === 'on-prem',
    other_deployment: sow.deployment === 'other',
    no_deployment: sow.deployment === 'none',
    passive_acceptance: sow.passive_acceptance?.in_sow === true,
    expenses_allowed: sow.expenses_allowed === true,
    amounts_shown: amountsShown,
  };
}
