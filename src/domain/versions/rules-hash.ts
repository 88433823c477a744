import { canonicalJson, checksum } from '#domain/base/record-line.ts';
import { UNCOMPILED } from '#domain/base/uncompiled.ts';
import { type ProcessDefinition, type Step, StepFrontMatter } from '#domain/process/process.ts';
import { RECURS_TEXTS, Recurs } from '#domain/recurring/recurs.ts';

/** A step that says nothing beyond what every step must say. */
const { title: _, ...PLAIN } = StepFrontMatter.parse({ title: 'x', owner: 'x' }, UNCOMPILED);
const PLAIN_FIELD = StepFrontMatter.parse(
  { title: 'x', owner: 'x', done_when: { evidence: [{ field: 'x' }] } },
  UNCOMPILED,
).done_when.evidence[0];

/**
 * Hash of the rules of a process: what engagements are judged by. Texts (titles, bodies, hints) do not count, so that a
 * mended sentence makes no other process; nor does what is as by default, so that a release that knows more fields hashes
 * an unchanged process alike. @example `'9f2c51b07a3de418'`
 */
export function rulesHash(process: ProcessDefinition): string {
  const known = hashes.get(process) ?? hashOf(process);
  hashes.set(process, known);
  return known;
}

/** Every decision compares it, and costs more than anything else about a process. */
const hashes = new WeakMap<ProcessDefinition, string>();

function hashOf(process: ProcessDefinition): string {
  const { id, profile, about, launchStages, closeWhen, handsOver, stages, steps } = process;
  const subject = about === 'sow' ? {} : { about, launchStages };
  return checksum(
    canonicalJson({ id, profile, ...subject, closeWhen, handsOver, stages, steps: steps.map(saidRules) }),
  );
}

/** The rules of a step: its front matter without titles, hints and where it stands. */
export function rulesOf(step: Step): Omit<Step, 'title' | 'body' | 'file'> {
  const { title: _title, body: _body, file: _file, recurs, ...rules } = step;
  const evidence = step.done_when.evidence.map(({ hint: _hint, ...field }) => field);
  return {
    ...rules,
    ...(recurs === undefined ? {} : { recurs: recursRules(recurs) }),
    done_when: { ...step.done_when, evidence },
  };
}

/** What is as by default, and what only people read, is no rule; a step without `recurs` has nothing of it. */
function recursRules(recurs: Recurs): Step['recurs'] {
  const said = withoutDefaults(recurs, Recurs.parse({ every: recurs.every }));
  const rules = Object.entries(said).filter(([name]) => !RECURS_TEXTS.some((text) => text === name));
  return { ...Object.fromEntries(rules), every: recurs.every } as Recurs;
}

function saidRules(step: Step): unknown {
  const rules = rulesOf(step);
  const doneWhen = rules.done_when;
  const evidence = doneWhen.evidence.map((field) => withoutDefaults(field, PLAIN_FIELD));
  return {
    ...withoutDefaults(rules, PLAIN),
    done_when: withoutDefaults({ ...doneWhen, evidence }, PLAIN.done_when),
  };
}

function withoutDefaults(value: object, defaults: object | undefined): Record<string, unknown> {
  const usual = new Map(Object.entries(defaults ?? {}));
  return Object.fromEntries(
    Object.entries(value).filter(([name, field]) => canonicalJson(field) !== canonicalJson(usual.get(name))),
  );
}
