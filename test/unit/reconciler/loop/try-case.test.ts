/** The cases of the processes that come with Procession, and that they would notice a changed rule. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyGitLab } from '#cli/targets/offline-gitlab.ts';
import { caseProblems } from '#domain/case/problems.ts';
import { CaseFile } from '#domain/case/process-case.ts';
import type { ProcessDefinition, Step } from '#domain/process/process.ts';
import { type CaseResult, tryCase } from '#reconciler/loop/try-case.ts';
import { type LoadedCase, loadCases } from '#templates/load-cases.ts';
import { loadProcess } from '#templates/load-process.ts';
import { aDoneWhen, aProcess, aSow, aStep } from '#test/support/builders.ts';
import { PROVISIONED } from '#test/support/provisioned.ts';

const root = join(import.meta.dirname, '../../../../issue_templates');

interface Loaded {
  readonly cases: readonly LoadedCase[];
  readonly process: ProcessDefinition;
}

async function load(id: string, profiles: readonly string[]): Promise<Loaded> {
  const folder = join(root, id);
  const plain = await loadProcess(folder);
  const all = new Map<string | null, ProcessDefinition>([[null, plain]]);
  for (const profile of profiles) all.set(profile, await loadProcess(folder, profile));
  const { cases, problems } = await loadCases(folder, (profile) => all.get(profile) ?? null);
  expect(problems).toEqual([]);
  return { cases, process: plain };
}

async function failing(
  cases: readonly LoadedCase[],
  change: (process: ProcessDefinition) => ProcessDefinition,
  most?: number,
): Promise<readonly string[]> {
  const names: string[] = [];
  const changed = new Map(cases.map(({ process }) => [process, change(process)]));
  for (const ready of cases) {
    const process = changed.get(ready.process) ?? ready.process;
    const result = await tryCase(emptyGitLab(), { ...ready, process });
    if (result.kind === 'holds') continue;
    names.push(ready.given.name);
    if (most === names.length) break;
  }
  return names;
}

describe.each([
  ['delivery', ['strict'], 30],
  ['quote-to-signoff', [], 9],
  ['training', [], 13],
] as const)('the cases of %s', (id, profiles, least) => {
  let loaded: Loaded;
  beforeAll(async () => {
    loaded = await load(id, profiles);
  });

  it('hold', async () => {
    expect(loaded.cases.length).toBeGreaterThan(least);
    expect(await failing(loaded.cases, (process) => process)).toEqual([]);
  });

  it('notice every predecessor, condition, "until" and closing step that is taken away', async () => {
    const { process } = loaded;
    // Those about order first: most changes show there.
    const about = (part: string) => loaded.cases.filter(({ file }) => file.endsWith(`/${part}.yml`));
    const cases = [...about('order'), ...about('conditions'), ...about('rulings')];
    const without = (step: Step, changes: Partial<Step>) => (other: ProcessDefinition) => ({
      ...other,
      steps: other.steps.map((each) => (each.id === step.id ? { ...each, ...changes } : each)),
    });
    const unnoticed: string[] = [];
    const take = async (name: string, change: (process: ProcessDefinition) => ProcessDefinition) => {
      if ((await failing(cases, change, 1)).length === 0) unnoticed.push(name);
    };
    for (const step of process.steps) {
      for (const predecessor of step.after)
        await take(
          `${step.id} after ${predecessor.step}`,
          without(step, { after: step.after.filter((other) => other !== predecessor) }),
        );
      if (step.when !== undefined) await take(`${step.id} when`, without(step, { when: undefined }));
      if (step.until !== undefined) await take(`${step.id} until`, without(step, { until: undefined }));
    }
    for (const gate of process.closeWhen)
      await take(`close_when ${gate}`, (other) => ({
        ...other,
        closeWhen: other.closeWhen.filter((each) => each !== gate),
      }));

    expect(unnoticed).toEqual([]);
  }, 600_000);
});

async function triedIn(
  process: ProcessDefinition,
  given: Readonly<Record<string, unknown>>,
): Promise<CaseResult> {
  const [first] = CaseFile.parse({ sow: {}, cases: [{ name: 'It holds', ...given }] }).cases;
  if (first === undefined) throw new TypeError('a file of one case has one');
  return await tryCase(emptyGitLab(), { process, sow: aSow(), given: first });
}

describe('a pipeline in a case', () => {
  it.each([
    ['a step that is done', { done: ['first', 'provision'], expect: { states: { last: 'ready' } } }],
    [
      'a success, which closes the step',
      {
        done: ['first'],
        facts: { provision: { pipeline: 'success' } },
        expect: { states: { provision: 'done' } },
      },
    ],
    [
      'one that is not started yet',
      { done: ['first'], expect: { states: { provision: 'ready', last: 'blocked' } } },
    ],
    [
      'a failure',
      {
        done: ['first'],
        facts: { provision: { is: 'closed', pipeline: 'failed' } },
        expect: {
          states: { provision: 'ready' },
          broken: { provision: ['closed-too-early'] },
          missing: { provision: ['success of the pipeline'] },
        },
      },
    ],
  ])('holds: %s', async (_, given) => {
    expect(await triedIn(PROVISIONED, given)).toEqual({ kind: 'holds' });
  });

  it('fails the case when it ends otherwise', async () => {
    const given = { done: ['first'], facts: { provision: { pipeline: 'failed' } } };

    expect(await triedIn(PROVISIONED, { ...given, expect: { states: { provision: 'done' } } })).toMatchObject(
      { kind: 'fails' },
    );
  });

  it('cannot be spoken of where no pipeline does the step', () => {
    const [given] = CaseFile.parse({
      sow: {},
      cases: [{ name: 'x', facts: { first: { pipeline: 'failed' } }, expect: {} }],
    }).cases;

    expect(given === undefined ? [] : caseProblems(given, PROVISIONED, aSow())).toMatchObject([
      { path: 'facts.first.pipeline', message: 'no pipeline does first' },
    ]);
  });
});

describe('what people have said in a case', () => {
  const tried = async (given: Readonly<Record<string, unknown>>): Promise<CaseResult> =>
    await triedIn(RULED, given);

  const RULED = aProcess({
    steps: [
      aStep('first', {
        done_when: aDoneWhen({
          approval: { role: 'manager', count: 1, self: false },
          time_spent: { at_least_hours: 2 },
        }),
      }),
      aStep('extra', { kind: 'on-demand', created: 'command', after: [{ step: 'first', until: 'done' }] }),
      aStep('last', { after: [{ step: 'extra', until: 'done' }] }),
    ],
  });
  const roles = { manager: ['mira'], engineer: ['eli'] };
  const facts = { first: { is: 'done', hours: 2 } };
  const approved = { by: 'mira', about: 'first', text: '/ps approve' };

  it.each([
    ['an approval by the role and enough time', { said: [approved], expect: { states: { first: 'done' } } }],
    [
      'an approval by who has not the role',
      {
        said: [{ ...approved, by: 'eli', refused: true }],
        expect: {
          states: { first: 'ready' },
          broken: { first: ['closed-too-early'] },
          missing: { first: ['approval by somebody with the role manager'] },
        },
      },
    ],
    [
      'too little time',
      {
        facts: { first: { is: 'done', hours: 1.5 } },
        said: [approved],
        expect: { broken: { first: ['closed-too-early'] }, missing: { first: ['1.5 h so far'] } },
      },
    ],
    [
      'issues that were asked for, and what waits for them',
      {
        said: [approved, { by: 'eli', text: '/ps add extra\n/ps add extra One more' }],
        facts: { ...facts, 'extra/1': 'done' },
        expect: { states: { 'extra/1': 'done', 'extra/2': 'ready', last: 'blocked' } },
      },
    ],
    [
      'a step that is skipped on the last day of all',
      {
        said: [approved, { by: 'mira', text: '/ps skip last nobody needs it' }],
        expect: { states: { last: 'waived' }, complete: true },
      },
    ],
  ])('holds: %s', async (_, given) => {
    expect(await tried({ roles, facts, ...given })).toEqual({ kind: 'holds' });
  });

  it.each([
    ['is refused', { ...approved, by: 'eli' }, 'refused', 'that takes the role manager'],
    ['is followed though it should not be', { ...approved, refused: true }, 'followed', null],
    ['holds no command', { ...approved, text: 'I approve' }, 'no command', null],
  ])('a comment that %s fails the case', async (_, speech, seen, words) => {
    const result = await tried({ roles, said: [speech], expect: { broken: {} } });

    expect(result).toMatchObject({ kind: 'fails', mismatches: [{ at: ['said', 0], seen }] });
    expect(JSON.stringify(result)).toContain(words ?? seen);
  });

  it('an issue that nobody asked for cannot be spoken of', async () => {
    expect(await tried({ facts: { 'extra/1': 'done' }, expect: {} })).toMatchObject({
      kind: 'broken',
      problems: [{ path: 'facts.extra/1', message: 'there is no issue of extra/1' }],
    });
  });
});
