/** The SOW with the effects of a change in it, or why it cannot have them. */
import { type FieldPath, type InputProblem, problem, shown } from '#domain/base/input-problem.ts';
import { slugOf } from '#domain/process/item.ts';
import { elementName } from '#domain/sow/changes.ts';
import { Sow } from '#domain/sow/sow.ts';
import type { Effects } from './effects.ts';

/** SOW after a change, or problems whose paths are those of the effects. */
export type Changed =
  | { readonly kind: 'ok'; readonly sow: Sow }
  | { readonly kind: 'wrong'; readonly problems: readonly InputProblem[] };

/**
 * Puts effects into a SOW.
 *
 * @param spent hours used by now; `null`: nobody has told any
 */
export function applyEffects(effects: Effects, sow: Sow, spent: number | null): Changed {
  const problems = [
    ...hoursProblems(effects, sow, spent),
    ...listProblems('deliverables', effects.deliverables, sow.deliverables),
    ...milestoneProblems(effects.deliverables, sow.deliverables),
    ...listProblems('services', effects.services, sow.services ?? []),
  ];
  if (problems.length > 0) return { kind: 'wrong', problems };
  const read = Sow.safeParse(changed(effects, sow));
  if (read.success) return { kind: 'ok', sow: read.data };
  return {
    kind: 'wrong',
    problems: read.error.issues.map(({ path, message }) => {
      const { at, fix } = placeOf(path.join('.'), effects);
      return problem({ at }, message, fix);
    }),
  };
}

function changed(effects: Effects, sow: Sow): unknown {
  const { start, end, deployment, type, passive_days: days } = effects;
  const scoped = hoursAfter(effects, sow);
  const dates = {
    ...sow.dates,
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  };
  const deliverables = withElements(sow.deliverables, effects.deliverables);
  const added = effects.services?.add.map(({ quantity, hours, ...line }) => ({
    ...line,
    ...(quantity === undefined ? {} : { quantity: Number(quantity) }),
    ...(hours === undefined ? {} : { hours: Number(hours) }),
  }));
  return {
    ...sow,
    ...(scoped === null ? {} : { hours: { ...sow.hours, scoped } }),
    ...(start === undefined && end === undefined ? {} : { dates }),
    ...(effects.deliverables === undefined ? {} : { deliverables }),
    ...(deployment === undefined ? {} : { deployment }),
    ...(type === undefined ? {} : { type }),
    ...(effects.services === undefined
      ? {}
      : { services: withElements(sow.services ?? [], { add: added ?? [], drop: effects.services.drop }) }),
    ...(days === undefined ? {} : { passive_acceptance: { in_sow: true, days: Number(days) } }),
  };
}

/** Hours sold after a change; `null`: it says nothing about them. */
export function hoursAfter({ hours }: Effects, sow: Sow): number | null {
  if (hours === undefined) return null;
  const number = Number(hours);
  return /^[+-]/.test(hours) ? Math.round(((sow.hours?.scoped ?? 0) + number) * 100) / 100 : number;
}

function hoursProblems(effects: Effects, sow: Sow, spent: number | null): readonly InputProblem[] {
  const after = hoursAfter(effects, sow);
  if (after === null) return [];
  const at = ['hours'];
  if (sow.hours?.scoped === undefined && /^[+-]/.test(effects.hours ?? ''))
    return [
      problem(
        { at },
        `the SOW sells no hours, so there is nothing that ${shown(effects.hours)} could be added to`,
        'Write the hours in total: hours: 480.',
      ),
    ];
  if (after < 0 || (spent !== null && after < spent))
    return [
      problem(
        { at },
        `this leaves ${after} hours, and ${spent ?? 0} are spent already`,
        `Leave at least ${spent ?? 0}, or settle first what happens to hours that are spent.`,
      ),
    ];
  return [];
}

interface Elements {
  readonly add: readonly object[];
  readonly drop: readonly string[];
}

/** Elements of a list of the SOW that a change drops or adds are known by id, else by what they are called. */
function listProblems(
  list: 'deliverables' | 'services',
  given: Elements | undefined,
  known: readonly unknown[],
): readonly InputProblem[] {
  if (given === undefined) return [];
  const names = known.map(elementName);
  const { drop } = given;
  const added = given.add.map(elementName);
  const twice = (at: FieldPath, name: string): InputProblem =>
    problem({ at }, `${shown(name)} is there twice`, 'Keep one of them, or give the other an id of its own.');
  return [
    ...drop.flatMap((name, index): InputProblem[] => {
      const at = [list, 'drop', index];
      if (drop.indexOf(name) !== index) return [twice(at, name)];
      if (names.includes(name)) return [];
      return [problem({ at }, `the SOW has no ${shown(name)}`, `It has: ${names.map(shown).join(', ')}.`)];
    }),
    ...added.flatMap((name, index): InputProblem[] => {
      const at = [list, 'add', index];
      if (added.indexOf(name) !== index) return [twice(at, name)];
      const like = likeIt(name, [...names, ...added.slice(0, index)]);
      if (like !== undefined)
        return [
          problem(
            { at },
            `${shown(name)} would share the issue of ${shown(like)}`,
            'Give it an id that differs in more than signs and capital letters.',
          ),
        ];
      if (!names.includes(name) || drop.includes(name)) return [];
      return [
        problem(
          { at },
          `the SOW has ${shown(name)} already`,
          'Give the new one an id of its own; to put it in place of the other, name the other under drop, too.',
        ),
      ];
    }),
  ];
}

/** Another name with the same key: the issue of one would be taken for that of the other. */
function likeIt(name: string, others: readonly string[]): string | undefined {
  return others.find((other) => other !== name && slugOf(other) === slugOf(name));
}

/** Milestones are known by their names. */
function milestoneProblems(
  added: Effects['deliverables'],
  known: Sow['deliverables'],
): readonly InputProblem[] {
  const names = known.flatMap(({ milestone }) => milestone ?? []);
  return (added?.add ?? []).flatMap(({ milestone }, index): InputProblem[] => {
    const like = milestone === undefined ? undefined : likeIt(milestone, names);
    if (milestone === undefined || like === undefined) return [];
    const message = `${shown(milestone)} would share the issue of ${shown(like)}`;
    const fix = `Write ${shown(like)}, or give the milestone a name that differs in more than signs and capital letters.`;
    return [problem({ at: ['deliverables', 'add', index, 'milestone'] }, message, fix)];
  });
}

/** What is put in place of another stands where that one stood. */
function withElements(
  known: readonly unknown[],
  { add, drop }: Elements = { add: [], drop: [] },
): readonly unknown[] {
  const news = new Map(add.map((element, index) => [elementName(element, index), element]));
  const kept = known.flatMap((element, index): readonly unknown[] => {
    const name = elementName(element, index);
    if (!drop.includes(name)) return [element];
    const instead = news.get(name);
    news.delete(name);
    return instead === undefined ? [] : [instead];
  });
  return [...kept, ...news.values()];
}

/** Field of the effects that a field of the SOW comes from. */
function placeOf(field: string, { end, start }: Effects): { readonly at: FieldPath; readonly fix: string } {
  if (field.startsWith('dates'))
    return {
      at: [end === undefined && start !== undefined ? 'start' : 'end'],
      fix: 'Give an end on or after the start.',
    };
  if (field.startsWith('deliverables'))
    return { at: ['deliverables'], fix: 'Something is delivered; to end the work, see /ps withdraw.' };
  return { at: field.split('.'), fix: '' };
}
