/** What another SOW would mean for an engagement: steps that come or go, dates that move, hours that count. */
import type { Calendar } from '#domain/base/calendar.ts';
import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import { dueDates } from '#domain/process/due-dates.ts';
import { withItems } from '#domain/process/items.ts';
import type { Step } from '#domain/process/process.ts';
import { stepsFor } from '#domain/process/step-order.ts';
import { withInstances } from '#domain/rulings/instances.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { Assessment } from './step-status.ts';

/** A step whose planned date is another one. `null`: it has none. */
export interface DateMove {
  readonly step: StepKey;
  readonly title: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** What changes with a SOW, by the definition alone: the same however far it is carried out. */
export interface SowEffects {
  readonly added: readonly { readonly step: StepKey; readonly title: string }[];
  readonly retired: readonly { readonly step: StepKey; readonly title: string }[];
  readonly dates: readonly DateMove[];
}

/** What of an assessment says which steps a SOW would have. */
export type Asked = Pick<Assessment, 'plain' | 'rulings' | 'steps' | 'excluded'>;

/** Compares what a process makes of two SOWs. */
export function sowEffects(
  asked: Asked,
  { from, to, calendar }: { readonly from: Subject; readonly to: Subject; readonly calendar: Calendar },
): SowEffects {
  const [before, after] = [stepsIn(asked, from), stepsIn(asked, to)];
  const named = ({ id, title }: { id: StepKey; title: string }): { step: StepKey; title: string } => ({
    step: id,
    title,
  });
  const [due, later] = [
    dueDates([...before.values()], from, calendar),
    dueDates([...after.values()], to, calendar),
  ];
  return {
    added: [...after.values()].filter(({ id }) => !before.has(id)).map(named),
    retired: [...before.values()].filter(({ id }) => !after.has(id)).map(named),
    dates: [...after.values()].flatMap(({ id, title }) => {
      const [was, is] = [due.get(id) ?? null, later.get(id) ?? null];
      return before.has(id) && was !== is ? [{ step: id, title, from: was, to: is }] : [];
    }),
  };
}

function stepsIn({ plain, rulings, steps, excluded }: Asked, sow: Subject): ReadonlyMap<StepKey, Step> {
  const made = steps.flatMap(({ key, issue }) => (issue === null ? [] : [key]));
  const dropped = excluded.flatMap(({ step: { id } }) => (id === stepIdOf(id) ? [] : [id]));
  const process = withInstances(withItems(plain, sow, [...made, ...dropped]), rulings.instances);
  return new Map(stepsFor(process, sow).included.map(({ step }) => [step.id, step]));
}
