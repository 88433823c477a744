/** The difference between two definitions of a process: rules one by one, texts by their files. */
import { type FieldPath, formatPath } from '#domain/base/input-problem.ts';
import { canonicalJson } from '#domain/base/record-line.ts';
import type { ProcessDefinition, Step } from '#domain/process/process.ts';
import { rulesOf } from './rules-hash.ts';

/** One rule that is another. */
export interface RuleChange {
  /** Id of the step; `null`: a rule of `process.yml`. */
  readonly step: string | null;
  /** Field in the front matter or in `process.yml`; evidence by the words of its field. Empty: the step as a whole. */
  readonly at: FieldPath;
  /** As one would write it in YAML; `null`: nothing. */
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * Every rule in which two definitions differ; empty exactly when their hashes are equal, in every profile.
 *
 * @param before the plain process and each of its profiles
 * @example `[{ step: 'kick-off', at: ['after'], from: '[welcome-email]', to: '[assign-engineer]' }]`
 */
export function changedRules(
  before: readonly ProcessDefinition[],
  after: readonly ProcessDefinition[],
): readonly RuleChange[] {
  const [one, other] = [byProfile(before), byProfile(after)];
  const plain = differencesOf(one.get(null), other.get(null));
  const known = new Set(plain.map((change) => canonicalJson(change)));
  const names = [...new Set([...one.keys(), ...other.keys()])].filter((name) => name !== null);
  const ofProfiles = names.flatMap((name) => {
    const [from, to] = [one.get(name), other.get(name)];
    if (from === undefined || to === undefined)
      return [change(null, ['profiles', name], from && 'a profile', to && 'a profile')];
    return differencesOf(from, to)
      .filter((found) => !known.has(canonicalJson(found)))
      .map(({ step, at, ...values }) => {
        return { step: null, at: ['profiles', name, ...at, ...(step === null ? [] : [step])], ...values };
      });
  });
  return [...plain, ...ofProfiles];
}

/** `kick-off after: [welcome-email] → [assign-engineer]` */
export function ruleChangeText({ step, at, from, to }: RuleChange): string {
  const where = [step ?? '', formatPath(at)].filter((part) => part !== '').join(' ');
  return `${where}: ${from ?? 'nothing'} → ${to ?? 'nothing'}`;
}

/** Files whose texts differ: titles, bodies, hints, partials; a step that only one of them has is none. @example `['_summary-mail.md', 'epic.md']` */
export function changedTexts(before: ProcessDefinition, after: ProcessDefinition): readonly string[] {
  const steps = before.steps.flatMap((step) => {
    const other = after.steps.find(({ id }) => id === step.id);
    return other === undefined || textOf(step) === textOf(other) ? [] : [`${step.id}.md`];
  });
  const partials = [...new Set([...Object.keys(before.partials), ...Object.keys(after.partials)])].filter(
    (name) => before.partials[name] !== after.partials[name],
  );
  const heading = ({ name, summary, titles }: ProcessDefinition): string =>
    canonicalJson({ name, summary, titles });
  return [
    ...steps,
    ...partials.map((name) => `_${name}.md`),
    ...(before.epicBody === after.epicBody ? [] : ['epic.md']),
    ...(heading(before) === heading(after) ? [] : ['process.yml']),
  ].toSorted();
}

function byProfile(definitions: readonly ProcessDefinition[]): Map<string | null, ProcessDefinition> {
  return new Map(definitions.map((definition) => [definition.profile, definition]));
}

function differencesOf(before?: ProcessDefinition, after?: ProcessDefinition): readonly RuleChange[] {
  if (before === undefined || after === undefined) return [];
  const [old, now] = [byId(before.steps), byId(after.steps)];
  return [
    ...differences(['close_when'], before.closeWhen, after.closeWhen).map(inStep(null)),
    ...differences(['hands_over'], before.handsOver, after.handsOver).map(inStep(null)),
    ...differences(['stages'], before.stages, after.stages).map(inStep(null)),
    ...orderOf(['steps'], [...old.keys()], [...now.keys()]).map(inStep(null)),
    ...[...old.keys()].filter((id) => !now.has(id)).map((id) => change(id, [], 'a step', undefined)),
    ...after.steps.flatMap((step) => {
      const known = old.get(step.id);
      if (known === undefined) return [change(step.id, [], undefined, 'a step')];
      return differencesOfStep(known, step).map(inStep(step.id));
    }),
  ];
}

function byId(steps: readonly Step[]): ReadonlyMap<string, Step> {
  return new Map(steps.map((step) => [step.id, step]));
}

/** Evidence is compared by the words of its fields, so that a new row moves no other. */
function differencesOfStep(before: Step, after: Step): readonly Difference[] {
  const named = (step: Step): unknown => {
    const rules = rulesOf(step);
    const evidence = rules.done_when.evidence.map(({ field, ...others }) => [field, others]);
    return { ...rules, done_when: { ...rules.done_when, evidence: Object.fromEntries(evidence) } };
  };
  const fields = (step: Step): readonly string[] => step.done_when.evidence.map(({ field }) => field);
  return [
    ...differences([], named(before), named(after)),
    ...orderOf(['done_when', 'evidence'], fields(before), fields(after)),
  ];
}

/** Whether what both lists have stands in another order. */
function orderOf(at: FieldPath, before: readonly string[], after: readonly string[]): readonly Difference[] {
  return differences(
    at,
    before.filter((name) => after.includes(name)),
    after.filter((name) => before.includes(name)),
  );
}

function textOf({ title, body, done_when }: Step): string {
  return canonicalJson([title, body, done_when.evidence.map(({ field, hint }) => [field, hint])]);
}

type Difference = Omit<RuleChange, 'step'>;

function differences(at: FieldPath, from: unknown, to: unknown): readonly Difference[] {
  if (canonicalJson(from) === canonicalJson(to)) return [];
  if (!isGroup(from) || !isGroup(to)) return [{ at, from: written(from), to: written(to) }];
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names.flatMap((name) => differences([...at, name], from[name], to[name]));
}

function inStep(step: string | null): (difference: Difference) => RuleChange {
  return (difference) => ({ step, ...difference });
}

function change(step: string | null, at: FieldPath, from?: string, to?: string): RuleChange {
  return { step, at, from: from ?? null, to: to ?? null };
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const LONGEST = 160;

function written(value: unknown): string | null {
  if (value === undefined) return null;
  const text = flow(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** A value as YAML in one line; a predecessor that must be done is its name. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'string') return /^[\w./@-][\w ./@-]*$/.test(value) ? value : JSON.stringify(value);
  if (!isGroup(value)) return String(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  if (fields.length === 2 && value['until'] === 'done' && typeof value['step'] === 'string')
    return value['step'];
  return `{ ${fields.map(([name, field]) => `${name}: ${flow(field)}`).join(', ')} }`;
}
