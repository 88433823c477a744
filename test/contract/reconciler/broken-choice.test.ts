/** Which process a deal starts while one that is, or may be, about deals has problems. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { SubjectKind } from '#domain/base/keys.ts';
import { DEFAULT_DEALS } from '#domain/base/settings.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import { processOf } from '#reconciler/loop/process-of.ts';
import { noProcessReason } from '#reconciler/loop/undecided.ts';
import { loadSubject } from '#templates/load-sow.ts';
import { realProcess, storeOf } from '#test/support/engagement.ts';

const NEW = { record: null, marker: null, epic: null } as unknown as Identified;

let deal: Subject;
let sales: ProcessDefinition;

beforeAll(async () => {
  deal = (await loadSubject('deals/DEAL-88121.yml', DEFAULT_DEALS)).subject;
  sales = { ...(await realProcess('quote-to-signoff')), id: 'sales' };
});

function having(
  usable: readonly ProcessDefinition[],
  broken: Record<string, SubjectKind | null>,
): ProcessStore {
  const known = storeOf(...usable);
  const said = Object.entries(broken).flatMap(([id, about]) =>
    about === null ? [] : [[id, about] as const],
  );
  return {
    ...known,
    ids: [...known.ids, ...Object.keys(broken)].toSorted(),
    broken: new Map(Object.keys(broken).map((id) => [id, []])),
    brokenAbout: new Map(said),
  };
}

function chosen(processes: ProcessStore, process: string | null = null) {
  const settings = {
    deals: { ...DEFAULT_DEALS, process },
    launch: { choices: [], otherwise: { process: 'delivery', profile: null } },
  };
  return processOf(processes, NEW, { sow: deal, settings });
}

describe('a deal, while processes have problems,', () => {
  it('starts the only one about deals when those with problems are about SOWs', () => {
    expect(chosen(having([sales], { delivery: 'sow' }))).toMatchObject({ id: 'sales' });
  });

  it.each([['deal'], [null]] as const)('starts none while one is about %s, and says why', (about) => {
    const outcome = chosen(having([sales], { renewals: about }));
    expect(outcome).toEqual({
      kind: 'no-process',
      about: 'deal',
      asked: null,
      ids: ['renewals', 'sales'],
      broken: ['renewals'],
    });
    expect('asked' in outcome && 'ids' in outcome ? noProcessReason(outcome) : '').toBe(
      'several processes are, or may be, about deals: renewals, sales; the files of renewals have problems',
    );
  });

  it('starts the one that the settings name', () => {
    expect(chosen(having([sales], { renewals: 'deal', other: null }), 'sales')).toMatchObject({
      id: 'sales',
    });
  });

  it('waits for the one with problems where no other is about deals', () => {
    expect(chosen(having([], { delivery: 'sow', other: null, renewals: 'deal' }))).toMatchObject({
      kind: 'unknown-process',
      process: 'renewals',
      broken: true,
    });
    expect(chosen(having([], { other: null }))).toMatchObject({ kind: 'unknown-process', broken: true });
  });

  it('waits for nothing where those with problems are about SOWs', () => {
    expect(chosen(having([], { delivery: 'sow' }))).toMatchObject({ kind: 'no-process', ids: [] });
  });
});
