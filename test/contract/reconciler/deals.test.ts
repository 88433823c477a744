/** A deal as an engagement: launched by its stage, found by its key, kept in its record. */
import { afterEach, describe, expect, it } from 'vitest';
import { checkEngagement, findingsOf } from '#domain/explain/check.ts';
import { explain } from '#domain/explain/explain.ts';
import { reportEngagement } from '#domain/portfolio/report-engagement.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { type Decision, decide } from '#reconciler/loop/decide.ts';
import type { ReconcileOptions } from '#reconciler/loop/deps.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { whyNothing } from '#reconciler/loop/why-nothing.ts';
import { aDealProcess, someDealSettings } from '#test/support/deals.ts';
import { type EngagementWorld, sampleSow, startEngagement } from '#test/support/engagement.ts';
import { anInputDeal } from '#test/support/inputs.ts';

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

async function startDeal(
  deal: Parameters<typeof anInputDeal>[0] = {},
  options: Parameters<typeof startEngagement>[0] = {},
): Promise<EngagementWorld> {
  world = await startEngagement({
    sow: anInputDeal(deal),
    process: aDealProcess(),
    now: () => new Date('2026-11-02T10:00:00Z'),
    ...options,
  });
  return world;
}

describe('a deal', () => {
  it('launches an engagement of its own key, with dates counted forward from the day it was opened', async () => {
    await startDeal({ expected_close: '2026-12-04' });

    expect(await world.apply()).toMatchObject({ kind: 'applied' });

    expect(world.epic().title).toBe('DEAL-88121 Example GmbH');
    expect(parseMarker(world.epic().description)).toMatchObject({
      engagement: 'DEAL-88121',
      process: 'sales',
    });
    expect(world.labels(world.epic())).toContain('DEAL-88121');
    expect(world.labels(world.issue('discovery'))).toContain('DEAL-88121');
    expect(['discovery', 'estimate', 'decision'].map((step) => world.issue(step).dueDate)).toEqual([
      '2026-11-05',
      '2026-11-10',
      '2026-12-04',
    ]);
  });

  it('is kept in the record as a deal, without its amount, and goes on from GitLab alone', async () => {
    await startDeal({ amount: 46_800 });
    await world.apply();

    expect(await world.reconcile()).toMatchObject({ kind: 'unchanged' });
    const decision = await decide(
      world.deps,
      await world.gitlab.readEngagement('DEAL-88121', { always: true }),
    );
    if (decision.kind !== 'decided') throw new Error(decision.kind);
    expect(decision.facts.found.record).toMatchObject({
      key: 'DEAL-88121',
      sow: { deal: { stage: 'scoping' } },
    });
    expect(JSON.stringify(decision.facts.found.record)).not.toContain('46800');
    expect(explain({ ...decision.facts, settings: world.deps.settings }).engagement).toBe('DEAL-88121');
  });

  it.each(['discovery', 'lost', 'stale', 'closed_won', 'Some stage of theirs'])(
    'in the stage %s launches nothing',
    async (stage) => {
      await startDeal({ stage });

      expect(await world.apply()).toEqual({
        kind: 'not-won',
        stage,
        starts: ['scoping', 'proposal', 'negotiating', 'signature'],
      });
      expect(world.sandbox.world.epics).toEqual([]);
    },
  );

  it('that is first seen when it is won is told what launches and how to run it, and runs when its process is named', async () => {
    await startDeal({ stage: 'closed_won' });
    expect(whyNothing(await world.apply())).toContain('its SOW launches the delivery');

    const named = { sow: anInputDeal({ stage: 'closed_won' }), process: 'sales', insistsOnProcess: true };
    expect(await world.reconcile(named)).toMatchObject({ kind: 'applied' });
    expect(world.epic().title).toBe('DEAL-88121 Example GmbH');
    // That a CRM tells of the deal is remembered, once.
    expect(await world.reconcile(said('closed_won'))).toMatchObject({ kind: 'applied' });
    expect(await world.reconcile(said('closed_won'))).toMatchObject({ kind: 'unchanged' });
  });

  it('that is lost is not launched by naming its process', async () => {
    await startDeal({ stage: 'lost' });
    const named = { sow: anInputDeal({ stage: 'lost' }), process: 'sales', insistsOnProcess: true };
    expect(await world.reconcile(named)).toMatchObject({ kind: 'not-won' });
  });

  it('asks for what a large deal needs without showing a number', async () => {
    await startDeal({ amount: 62_000, large: true });
    await world.apply();

    expect(world.issue('review').title).toBe('Do review (DEAL-88121)');
    expect(JSON.stringify(world.sandbox.world)).not.toContain('62000');
  });

  it('lives beside the engagement of its SOW: same customer, other key', async () => {
    await startDeal({}, { process: aDealProcess() });
    await world.apply();
    const both = await startEngagement({ sow: await sampleSow('SOW-1042') });
    try {
      const processes = {
        ids: ['delivery', 'sales'],
        fingerprint: 'both',
        find: (id: string, profile: string | null) =>
          world.deps.processes.find(id, profile) ?? both.deps.processes.find(id, profile),
      };
      const together = { ...world.deps, processes };
      const sow = await sampleSow('SOW-1042');
      await reconcile(together, 'SOW-1042', { sow, process: 'delivery' });
      const deal = anInputDeal({ stage: 'proposal' });
      const outcome = await reconcile(together, 'DEAL-88121', { sow: deal, process: 'delivery' });

      expect(world.sandbox.world.epics.map(({ title }) => title)).toHaveLength(2);
      expect(outcome).toMatchObject({ kind: 'applied', assessment: { process: { id: 'sales' } } });
    } finally {
      await both.close();
    }
  });

  it('is refused a process that is about SOWs, and a SOW one that is about deals', async () => {
    await startDeal();
    const sow = await sampleSow('SOW-1042');

    expect(await reconcile(world.deps, 'SOW-1042', { sow, process: 'sales' })).toEqual({
      kind: 'no-process',
      about: 'sow',
      asked: 'sales',
      ids: [],
    });
    expect(
      await reconcile(
        {
          ...world.deps,
          settings: { ...world.deps.settings, deals: someDealSettings({ process: 'delivery' }) },
        },
        'DEAL-88121',
        { sow: anInputDeal() },
      ),
    ).toMatchObject({ kind: 'unknown-process', process: 'delivery' });
    expect(world.sandbox.world.epics).toEqual([]);
  });

  it('takes what its source says newly as it comes: stages walk, nothing is asked', async () => {
    await startDeal();
    await world.apply();
    const crm = (stage: string) => ({
      sow: anInputDeal({ stage, expected_close: '2026-12-11' }),
      origin: { kind: 'crm', name: null, commit: null, at: null } as const,
      amend: 'ask' as const,
    });
    await world.reconcile(crm('proposal'));
    await world.reconcile(crm('negotiating'));

    const decision = await decide(
      world.deps,
      await world.gitlab.readEngagement('DEAL-88121', { always: true }),
    );
    if (decision.kind !== 'decided') throw new Error(decision.kind);
    expect(decision.facts.found.record).toMatchObject({
      sow: { deal: { stage: 'negotiating', expected_close: '2026-12-11' } },
    });
    expect(await world.reconcile()).toMatchObject({ kind: 'unchanged' });
  });

  it('is commented on when its ask changes, and not for every stage that it walks', async () => {
    await startDeal();
    await world.apply();
    const comments = (): readonly string[] =>
      world.sandbox.world.notes.flatMap(({ body, system }) => (system ? [] : [body]));
    const before = comments().length;
    for (const stage of ['proposal', 'scoping', 'proposal'] as const) await world.reconcile(said(stage));
    expect(comments()).toHaveLength(before);

    await world.reconcile({
      sow: anInputDeal({ stage: 'proposal', expected_close: '2026-12-18' }),
      origin: { kind: 'crm', name: null, commit: null, at: null },
      amend: 'ask',
    });

    expect(comments().at(-1)).toMatch(/^The deal DEAL-88121 has changed:\n\n- .*expected.*2026-12-18/);
  });

  it('makes a step ready when the deal has come to its stage, and undoes nothing when it goes back', async () => {
    const process = aDealProcess();
    const steps = process.steps.map((step) =>
      step.id === 'discovery' ? { ...step, ready_when: { stage: 'negotiating' as const } } : step,
    );
    await startDeal({}, { process: { ...process, steps } });
    await world.apply();
    expect(world.state('discovery')).toBe('workflow::blocked');
    expect(world.issue('discovery').description).toContain(
      'Waits for the deal to be in the stage `negotiating`.',
    );

    await world.reconcile(said('signature'));
    expect(world.state('discovery')).toBe('workflow::ready');
    await world.reconcile(said('scoping'));
    expect(world.state('discovery')).toBe('workflow::ready');
    await world.walk('discovery');
    await world.reconcile(said('scoping'));

    expect(world.state('discovery')).toBe('workflow::done');
    expect(world.issue('discovery').state).toBe('closed');
  });

  it('whose stage is ahead of the issues says so by day, closes nothing, and says nothing more when they have caught up', async () => {
    let now = new Date('2026-11-27T10:00:00Z');
    await startDeal({}, { process: aDealProcess({ stages: { signature: ['estimate'] } }), now: () => now });
    await world.apply();
    await world.walk('discovery');
    await world.reconcile(said('negotiating'));
    expect(world.epic().description).not.toContain('The stage is ahead');

    now = new Date('2026-12-01T10:00:00Z');
    await world.reconcile(said('signature'));
    expect(world.issue('estimate').state).toBe('opened');
    expect(world.epic().description).toMatch(
      /The stage is ahead:\*\* the deal is in the stage signature, and \S+ Do estimate is open\./,
    );
    const ahead = await decided();
    const check = checkEngagement(ahead.facts.assessment, ahead.facts.found);
    const notice =
      'The stage is ahead: the deal is in the stage signature, and Do estimate is open. Nothing is closed by that';
    expect([findingsOf(check), check.notices]).toEqual([[], [notice]]);
    expect(explain({ ...ahead.facts, settings: world.deps.settings }).epic.notices).toEqual([notice]);
    expect(await world.reconcile(said('signature'))).toMatchObject({ kind: 'unchanged' });

    now = new Date('2026-12-02T10:00:00Z');
    await world.walk('estimate');
    expect(world.epic().description).not.toContain('The stage is ahead');
    expect(world.notes(world.epic()).filter(({ body }) => body.includes('ahead'))).toEqual([]);
    const caughtUp = await decided();
    expect(checkEngagement(caughtUp.facts.assessment, caughtUp.facts.found).notices).toEqual([]);
  });

  it('that is lost keeps asking when its source then calls the stage what nobody knows', async () => {
    await startDeal();
    await world.apply();
    await world.reconcile(said('lost'));
    const comments = (): readonly string[] => world.notes(world.epic()).map(({ body }) => body);
    const asked = comments().at(-1);
    expect(asked).toContain('/ps apply');
    await world.reconcile(said('Lost to competitor'));

    expect(comments().at(-1)).toBe(asked);
  });

  it.each(['lost', 'stale'])(
    'that is %s asks what giving it up would close, and goes on when it is alive again',
    async (stage) => {
      await startDeal();
      await world.apply();
      await world.reconcile(said(stage));

      const asked = world.notes(world.epic()).filter(({ body }) => body.includes('would close 3 issues'));
      expect(asked).toHaveLength(1);
      expect(world.issue('discovery').state).toBe('opened');
      expect((await world.reconcile(said(stage))).kind).toBe('unchanged');

      await world.reconcile(said('proposal'));
      const decision = await decided();
      expect(decision.facts.found.record?.sow.deal?.stage).toBe('proposal');
      expect(decision.facts.assessment.withdrawn).toBe(false);
    },
  );

  it('that may be lost says so first of all, until somebody has answered', async () => {
    await startDeal();
    await world.apply();
    await world.reconcile(said('lost', { lost_reason: 'No *budget*' }));

    const told =
      /^\*\*Given up or not:\*\* its source says that the deal is lost: No \\\*budget\\\*\..*`mira`/m;
    const { description } = world.epic();
    expect(description).toMatch(told);
    expect(description.search(told)).toBeLessThan(description.indexOf('**Waiting for**'));
    expect(world.labels(world.epic())).toContain('health::needs attention');
    const { facts } = await decided();
    const notice = expect.stringContaining('the deal is lost: No');
    expect(checkEngagement(facts.assessment, facts.found).notices).toEqual([notice]);
    expect(explain({ ...facts, settings: world.deps.settings }).epic).toMatchObject({
      health: { byFacts: 'needs attention' },
      notices: [notice],
    });
    const at = '2026-11-02T10:00:00Z';
    const report = reportEngagement(facts.assessment, facts.found, { settings: world.deps.settings, at });
    expect(report).toMatchObject({ health: 'needs attention', notices: [notice] });
    expect(await world.reconcile()).toMatchObject({ kind: 'unchanged' });

    const { sandbox } = world;
    sandbox.operations.createNote(
      sandbox.user('mira'),
      world.issue('discovery'),
      '/ps apply no they still talk',
    );
    await world.reconcile();

    expect(world.epic().description).not.toContain('Given up or not');
    expect(world.labels(world.epic())).toContain('health::on track');
    expect(await world.reconcile()).toMatchObject({ kind: 'unchanged' });

    const comments = world.notes(world.epic()).length;
    await world.walk('discovery');
    expect(world.epic().description).not.toContain('Given up or not');
    expect(world.notes(world.epic())).toHaveLength(comments);
  });

  it('keeps why it is lost with what comes of it, also where that is said later', async () => {
    await startDeal();
    await world.apply();
    await world.reconcile(said('lost'));
    await world.reconcile(said('lost', { lost_reason: 'No *budget* this year' }));
    const asked = world.notes(world.epic()).filter(({ body }) => body.includes('would close 3 issues'));
    expect(asked.map(({ body }) => body)).toEqual([
      expect.stringContaining('The deal of DEAL-88121 is lost: No \\*budget\\* this year'),
    ]);

    const { sandbox } = world;
    sandbox.operations.createNote(sandbox.user('mira'), world.issue('discovery'), '/ps apply');
    await world.reconcile();

    expect(world.epic().state).toBe('closed');
    expect(world.epic().description).toMatch(/Withdrawn.*the deal is lost: No \\\*budget\\\* this year/);
    const { facts } = await decided();
    expect(facts.assessment.rulings.hold?.reason).toBe('the deal is lost: No *budget* this year');
  });

  it('that goes back says so in one line of its epic, reopens nothing, and the line goes when it is as far again', async () => {
    await startDeal();
    await world.apply();
    await world.walk('discovery');
    const comments = world.notes(world.epic()).length;
    const back = async (): Promise<string> => {
      const line = /\*\*The stage went back:\*\* .*/.exec(world.epic().description)?.[0] ?? 'none';
      expect(await world.reconcile()).toMatchObject({ kind: 'unchanged' });
      return line;
    };
    const lines: string[] = [];
    for (const stage of ['negotiating', 'proposal', 'scoping', 'proposal', 'signature']) {
      await world.reconcile(said(stage));
      lines.push(await back());
    }

    const went = (to: string): string =>
      `**The stage went back:** from negotiating to ${to}. Nothing is opened or closed by that.`;
    expect(lines).toEqual(['none', went('proposal'), went('scoping'), went('proposal'), 'none']);
    expect(world.issue('discovery').state).toBe('closed');
    expect(world.notes(world.epic())).toHaveLength(comments);
  });

  it('in a stage that nobody knows stays where it is, and its epic says so until that is put right', async () => {
    await startDeal();
    await world.apply();
    const comments = world.notes(world.epic()).length;
    await world.reconcile(said('Some @all stage'));

    const told = (): boolean => world.epic().description.includes('**Unknown stage:**');
    expect((await decided()).facts.found.record?.sow.deal?.stage).toBe('scoping');
    expect(told()).toBe(true);
    expect(world.epic().description).not.toContain(' @all');
    expect(await world.reconcile(said('Some @all stage'))).toMatchObject({ kind: 'unchanged' });
    expect(world.notes(world.epic())).toHaveLength(comments);
    await world.reconcile(said('proposal'));
    expect(told()).toBe(false);
  });

  it('is in the stage that the settings say as soon as they say it, without another word of the CRM', async () => {
    await startDeal();
    await world.apply();
    await world.reconcile(said('Paper with customer'));
    const deals = someDealSettings({ stages: { 'Paper with customer': 'signature' } });
    const deps = { ...world.deps, settings: { ...world.deps.settings, deals } };

    expect(await reconcile(deps, 'DEAL-88121')).toMatchObject({ kind: 'applied' });
    expect((await decided()).facts.found.record?.sow.deal?.stage).toBe('signature');
    expect(world.epic().description).not.toContain('Unknown stage');
    expect(await reconcile(deps, 'DEAL-88121')).toMatchObject({ kind: 'unchanged' });
  });
});

function said(stage: string, changes: Parameters<typeof anInputDeal>[0] = {}): ReconcileOptions {
  return {
    sow: anInputDeal({ stage, ...changes }),
    origin: { kind: 'crm', name: null, commit: null, at: null },
    amend: 'ask',
  };
}

async function decided(): Promise<Decision> {
  const state = await world.gitlab.readEngagement('DEAL-88121', { always: true });
  const decision = await decide(world.deps, state);
  if (decision.kind !== 'decided') throw new Error(decision.kind);
  return decision;
}
