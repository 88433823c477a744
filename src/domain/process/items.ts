/**
 * Steps with an issue for each item of the SOW (`each: deliverables`): one step for every deliverable, milestone or
 * service line, known by the item's id across runs, in place of the step that stands in the process. Their keys are those
 * of steps that are made on demand: `deliverable/d3`.
 */
import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { evaluateCondition } from './condition.ts';
import { type Item, slugOf } from './item.ts';
import type { EachRule, Predecessor, ProcessDefinition, Step } from './process.ts';

/** More would make boards unreadable: then there is one issue with a list. */
const MOST_ITEMS = 40;

/** Reason why a step has one issue with a list, although the process wants one for each item; `null`: it has one for each. */
function whyOneIssue({ each }: Pick<Step, 'each'>, sow: Subject): string | null {
  if (each === undefined || !isWanted(each, sow)) return null;
  const items = rawItems(each, sow);
  if (items.length > MOST_ITEMS) return `the SOW has ${items.length} ${each.of}, more than ${MOST_ITEMS}`;
  const nameless = items.filter(({ id }) => id === null);
  if (nameless.length > 0)
    return `${nameless.length} of the ${each.of} ${nameless.length === 1 ? 'has' : 'have'} no ${idField(each)}`;
  const slugs = items.map(({ id }) => slugOf(id ?? ''));
  const double = items.find((_, index) => slugs.indexOf(slugs[index] ?? '') !== index);
  return double === undefined ? null : `two of the ${each.of} have the ${idField(each)} ${double.id}`;
}

/** Warnings about steps of an engagement that have one issue, although the process wants one for each item. */
export function oneIssueWarnings({ steps }: ProcessDefinition, sow: Subject): readonly string[] {
  return steps.flatMap((step) => {
    const why = step.item === undefined ? whyOneIssue(step, sow) : null;
    return why === null
      ? []
      : [
          `${step.id}: one issue with a list, not one for each of the ${step.each?.of}, because ${why}; it stays so once it is made`,
        ];
  });
}

/**
 * Process with one step for each item. An engagement that has begun with one issue keeps it, and one that has begun with
 * an issue for each item goes on so.
 *
 * @param known keys of the issues there are
 */
export function withItems(
  process: ProcessDefinition,
  sow: Subject,
  known: Iterable<StepKey> = [],
): ProcessDefinition {
  if (process.steps.every(({ each }) => each === undefined)) return process;
  const keys = [...known];
  const made = new Map<string, readonly Step[]>();
  for (const step of process.steps) {
    const steps = itemSteps(step, sow, keys);
    if (steps.length > 0) made.set(step.id, steps);
  }
  if (made.size === 0) return process;
  const expand = (predecessor: Predecessor): readonly Predecessor[] =>
    made.get(predecessor.step)?.map(({ id }) => ({ ...predecessor, step: id })) ?? [predecessor];
  return {
    ...process,
    steps: process.steps
      .flatMap((step) => made.get(step.id) ?? [step])
      .map((step) => ({
        ...step,
        after: step.after.flatMap(expand),
        due: step.due.map((rule) => ({ ...rule, from: made.get(rule.from)?.at(-1)?.id ?? rule.from })),
      })),
  };
}

/**
 * Steps of items that the SOW had once and has no longer, and have an issue: nobody asks for them any more.
 *
 * @param process before {@link withItems}
 * @param itemized after it
 */
export function droppedItems(
  process: ProcessDefinition,
  itemized: ProcessDefinition,
  known: Iterable<StepKey>,
): readonly { readonly step: Step; readonly why: string }[] {
  const live = new Set(itemized.steps.map(({ id }) => id));
  return [...known].flatMap((key) => {
    const step = process.steps.find(({ id }) => id === stepIdOf(key));
    if (step?.each === undefined || live.has(key) || key === step.id) return [];
    const name = key.slice(step.id.length + 1);
    const dropped = { ...step, id: key, title: `${step.title} ${name}` };
    return [{ step: dropped, why: `the SOW does not have it among its ${step.each.of} any more` }];
  });
}

function itemSteps(step: Step, sow: Subject, known: readonly StepKey[]): readonly Step[] {
  const { each } = step;
  if (each === undefined || !isWanted(each, sow) || known.includes(step.id)) return [];
  const hasBegun = known.some((key) => key !== step.id && stepIdOf(key) === step.id);
  if (!hasBegun && whyOneIssue(step, sow) !== null) return [];
  const byKey = new Map(
    rawItems(each, sow).map((item) => [
      slugOf(item.id ?? item.title),
      { ...item, id: item.id ?? item.title },
    ]),
  );
  return [...byKey].map(([slug, item]) => ({
    ...step,
    id: `${step.id}/${slug}`,
    title: titleOf(step, item),
    item,
  }));
}

function isWanted({ when }: EachRule, sow: Subject): boolean {
  return when === undefined || evaluateCondition(when, sow).holds;
}

function idField({ of }: EachRule): string {
  return of === 'services' ? 'sku' : 'id';
}

type RawItem = Omit<Item, 'id'> & { readonly id: string | null };

function rawItems({ of }: EachRule, sow: Subject): readonly RawItem[] {
  switch (of) {
    case 'deliverables':
      return (sow.deliverables ?? []).map((one) => ({ ...one, id: one.id ?? null, deliverables: [one] }));
    case 'services':
      return (sow.services ?? []).map(({ sku, name, quantity, hours }) => ({
        id: sku ?? null,
        title: name,
        quantity,
        hours,
        deliverables: [],
      }));
    case 'milestones':
      return milestonesOf(sow);
  }
}

/** Deliverables without a milestone are accepted together, last. */
const REST = 'Other deliverables';

function milestonesOf({ deliverables = [] }: Subject): readonly RawItem[] {
  const groups = Map.groupBy(deliverables, ({ milestone }) => milestone ?? null);
  const named = [...groups].flatMap(([milestone, own]): readonly RawItem[] =>
    milestone === null ? [] : [{ id: milestone, title: milestone, milestone, deliverables: own }],
  );
  const rest = groups.get(null) ?? [];
  return named.length === 0 || rest.length === 0
    ? named
    : [...named, { id: REST, title: REST, deliverables: rest }];
}

const LONGEST_TITLE = 80;

/** Only letters, digits and signs that mean nothing to GitLab: the title goes into issues and tables as it is. */
function titleOf(step: Step, { id, title }: Item): string {
  const plain = (text: string): string =>
    text
      .replaceAll(/[^\p{L}\p{N} .,()'/:+–“”-]/gu, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
  const name = id === title ? plain(title) : `${plain(id)} ${plain(title)}`;
  return `${step.title}: ${name.length > LONGEST_TITLE ? `${name.slice(0, LONGEST_TITLE).trim()}…` : name}`;
}
