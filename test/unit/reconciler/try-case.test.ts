/** The cases of the processes that come with Procession, and that they would notice a changed rule. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyGitLab } from '#cli/offline-gitlab.ts';
import type { ProcessDefinition, Step } from '#domain/process.ts';
import { tryCase } from '#reconciler/try-case.ts';
import { type LoadedCase, loadCases } from '#templates/load-cases.ts';
import { loadProcess } from '#templates/load-process.ts';

const root = join(import.meta.dirname, '../../../issue_templates');

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
  for (const ready of cases) {
    const result = await tryCase(emptyGitLab(), { ...ready, process: change(ready.process) });
    if (result.kind === 'holds') continue;
    names.push(ready.given.name);
    if (most === names.length) break;
  }
  return names;
}

describe.each([
  ['delivery', ['strict'], 30],
  ['quote-to-signoff', [], 15],
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
    const cases = [...about('order'), ...about('conditions')];
    const without = (step: Step, changes: Partial<Step>) => (other: ProcessDefinition) => ({
      ...other,
      steps: other.steps.map((each) => (each.id === step.id ? { ...each, ...changes } : each)),
    });
    const unnoticed: string[] = [];
    const take = async (name: string, change: (process: ProcessDefinition) => ProcessDefinition) => {
      if ((await failing(cases, change, 1)).length === 0) unnoticed.push(name);
    };
    // Steps that exist only on request are in no launch: cases cannot speak of them.
    for (const step of process.steps.filter(({ created }) => created !== 'command')) {
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
  }, 60_000);
});
