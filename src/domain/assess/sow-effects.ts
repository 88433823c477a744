/** What another SOW would mean for an engagement: steps that come or go, dates that move, hours that count. */
import type { Calendar } from '#domain/base/calendar.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { dueDates } from '#domain/process/due-dates.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { stepsFor } from '#domain/process/step-order.ts';
import type { Subject } from '#domain/sow/subject.ts';

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

/** Compares what a process makes of two SOWs. */
export function sowEffects(
  process: ProcessDefinition,
  { from, to, calendar }: { readonly from: Subject; readonly to: Subject; readonly calendar: Calendar },
): SowEffects {
  const [before, after] = [stepsIn(process, from), stepsIn(process, to)];
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

function stepsIn(
  process: ProcessDefinition,
  sow: Subject,
): ReadonlyMap<StepKey, ProcessDefinition['steps'][number]> {
  return new Map(stepsFor(process, sow).included.map(({ step }) => [step.id, step]));
}
