/** A step that several roles approve: each proven by who said it, and done without one by one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explain } from '#domain/explain/explain.ts';
import { reportEngagement } from '#domain/portfolio/report-engagement.ts';
import type { ApprovalRule } from '#domain/process/process.ts';
import { decide } from '#reconciler/loop/decide.ts';
import { aDoneWhen, aProcess, aStep, someSettings } from '#test/support/builders.ts';
import { answerTo, reactionsTo, sayIn, settleIn } from '#test/support/commands.ts';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';

const LABEL = 'approved::finance';
const SETTINGS = someSettings({
  roles: { manager: ['mira'], engineer: ['eli'], finance: ['casey', 'mira'] },
});

let world: EngagementWorld;

function rule(role: string, changes: Partial<ApprovalRule> = {}): ApprovalRule {
  return { role, count: 1, self: false, ...changes };
}

async function start(...approvals: readonly ApprovalRule[]): Promise<void> {
  world = await startLaunched({
    settings: SETTINGS,
    process: aProcess({
      steps: [aStep('only', { done_when: aDoneWhen({ approvals: [...approvals] }) })],
      closeWhen: ['only'],
    }),
  });
}

beforeEach(async () => await start(rule('manager'), rule('finance', { label: LABEL })));

afterEach(async () => await world.close());

async function say(username: string, words: string): Promise<void> {
  sayIn(world, username, world.issue('only'), words);
  await settleIn(world);
}

/** Everything else done, closed by the engineer. */
async function close(): Promise<string> {
  await world.walk('only');
  await settleIn(world);
  return world.issue('only').state;
}

function shown(): string {
  return world.issue('only').description.replaceAll('\u2060', '');
}

describe('approvals of several roles', () => {
  it('are listed on the issue, and the step is done when all are there', async () => {
    expect(shown()).toContain(
      'Approvals:\n\n- manager: is missing, by `mira`\n- finance: is missing, by `casey` or `mira`',
    );
    await say('casey', '/ps approve');
    expect(shown()).toMatch(/- manager: is missing, by `mira`\n- finance: approved by casey on \d{4}-/);
    expect(await close()).toBe('opened');
    expect(world.notesOf(world.issue('only'), 'closed-too-early')[0]?.body).not.toContain('role finance');

    await say('mira', '/ps approve');
    expect(await close()).toBe('closed');
    expect(world.epic().state).toBe('closed');
  });

  it('of an issue that is opened again stand there at once as if nobody had closed it', async () => {
    world.by('mira').close(world.issue('only'));
    await world.reconcile();

    expect(world.issue('only').state).toBe('opened');
    expect(shown()).toContain('- manager: is missing, by `mira`');
    expect(await world.reconcile()).toMatchObject({ kind: 'unchanged' });
  });

  it('are given by one comment of somebody who has all the roles', async () => {
    await say('mira', '/ps approve');

    expect(shown()).toMatch(/- manager: approved by mira on .*\n- finance: approved by mira on /);
    expect(await close()).toBe('closed');
  });

  it('count by label for the role of the label alone', async () => {
    world.by('mira').label(world.issue('only'), LABEL);
    await settleIn(world);

    expect(shown()).toMatch(/- manager: is missing, by `mira`\n- finance: approved by mira on /);
    expect(await close()).toBe('opened');
  });

  it('are taken back one by one: by taking off the label, by deleting the comment', async () => {
    world.by('casey').label(world.issue('only'), LABEL);
    const note = sayIn(world, 'mira', world.issue('only'), '/ps approve');
    await settleIn(world);
    world.sandbox.operations.deleteNote(world.sandbox.user('mira'), note);
    expect(await close()).toBe('opened');
    expect(shown()).toMatch(/- manager: is missing.*\n- finance: approved by casey on /);

    world.sandbox.operations.updateIssue(world.sandbox.user('eli'), world.issue('only'), {
      removeLabels: [LABEL],
    });
    await settleIn(world);
    expect(shown()).toContain('- finance: is missing');
  });

  it('are refused to whoever has none of the roles, and to whoever does the step', async () => {
    const strange = sayIn(world, 'eli', world.issue('only'), '/ps approve');
    await settleIn(world);
    expect(reactionsTo(world, strange)).toEqual(['x']);
    expect(answerTo(world, world.issue('only'), strange)).toContain('the role manager (`mira`)');

    world.sandbox.operations.updateIssue(world.sandbox.user('ada'), world.issue('only'), {
      assigneeIds: [world.sandbox.user('mira').id],
    });
    const own = sayIn(world, 'mira', world.issue('only'), '/ps approve');
    await settleIn(world);
    expect(answerTo(world, world.issue('only'), own)).toContain('nobody approves their own work');
    expect(shown()).toContain('- manager: is missing. Nobody else has the role manager');
  });

  it('are refused with the reason that is true: the step is theirs to approve, the work before it was theirs to do', async () => {
    await world.close();
    const approvals = [rule('manager', { self: true, not_by: ['estimate'] })];
    world = await startLaunched({
      settings: SETTINGS,
      process: aProcess({
        steps: [
          aStep('estimate', { owner: 'manager' }),
          aStep('only', {
            owner: 'manager',
            after: [{ step: 'estimate', until: 'done' }],
            done_when: aDoneWhen({ approvals }),
          }),
        ],
        closeWhen: ['only'],
      }),
    });
    await world.walk('estimate');
    const own = sayIn(world, 'mira', world.issue('only'), '/ps approve');
    await settleIn(world);

    expect(world.issue('only').assigneeIds).toEqual([world.sandbox.user('mira').id]);
    expect(answerTo(world, world.issue('only'), own)).toContain('you did what is to be approved');
  });

  it('that are refused because the work stands in the name of who asks say whose issue that is, and what to do', async () => {
    await world.close();
    const approvals = [rule('manager', { self: true, not_by: ['estimate'] })];
    world = await startLaunched({
      settings: SETTINGS,
      process: aProcess({
        steps: [
          aStep('estimate', { owner: 'manager' }),
          aStep('only', {
            owner: 'engineer',
            after: [{ step: 'estimate', until: 'done' }],
            done_when: aDoneWhen({ approvals }),
          }),
        ],
        closeWhen: ['only'],
      }),
    });
    const estimate = world.issue('estimate');
    const [mira, eli] = [world.sandbox.user('mira'), world.sandbox.user('eli')];
    await world.walk('estimate');
    estimate.closedById = eli.id;
    const refused = sayIn(world, 'mira', world.issue('only'), '/ps approve');
    await settleIn(world);
    const answer = answerTo(world, world.issue('only'), refused);
    expect(answer).toMatch(/you are assigned to \S+ estimate, .*make them its assignee in your place/);

    expect(estimate.assigneeIds).toEqual([mira.id]);
    estimate.assigneeIds = [eli.id];
    const allowed = sayIn(world, 'mira', world.issue('only'), '/ps approve');
    await settleIn(world);
    expect(reactionsTo(world, allowed)).toEqual(['white_check_mark']);
  });

  it('are done without one by one, with the reason, until that is taken back', async () => {
    await say('casey', '/ps approve');
    await say('mira', '/ps waive approval manager she said yes on the phone');
    expect(shown()).toMatch(/- manager: waived by `mira` on .*: she said yes on the phone\./);
    await say('mira', '/ps unwaive');
    expect(shown()).toContain('- manager: is missing');
    expect(await close()).toBe('opened');

    await say('mira', '/ps waive approval manager she said yes on the phone');
    expect(await close()).toBe('closed');
    expect(world.state('only')).toBe('workflow::done');
  });

  it('are not done without by a word of somebody else, and other reasons may begin with the word', async () => {
    const eli = sayIn(world, 'eli', world.issue('only'), '/ps waive approval manager no time');
    await settleIn(world);
    expect(reactionsTo(world, eli)).toEqual(['x']);
    await say('mira', '/ps waive approval came by letter');

    expect(await close()).toBe('closed');
    expect(world.state('only')).toBe('workflow::waived');
  });

  it('fall back to nobody where a role has nobody: the issue says what to do, and somebody may be named', async () => {
    await world.close();
    await start(rule('manager'), rule('legal'));
    await say('mira', '/ps approve');
    expect(shown()).toContain('- legal: is missing. Nobody has the role legal');
    expect(await close()).toBe('opened');

    await say('mira', '/ps assign legal @casey');
    expect(shown()).toContain('- legal: is missing, by `casey`');
    await say('casey', '/ps approve');
    expect(await close()).toBe('closed');
  });

  it('stand in explain and in the report as role, who and when', async () => {
    await say('casey', '/ps approve');
    await say('mira', '/ps waive approval manager she said yes on the phone');
    const decision = await decide(world.deps, await world.gitlab.readEngagement('SOW-1042'));
    if (decision.kind !== 'decided') throw new Error(decision.kind);
    const { assessment, found } = decision.facts;
    const given = { role: 'finance', by: 'casey', waived: null };
    const waived = { role: 'manager', by: 'mira', waived: 'she said yes on the phone' };

    const [step] = explain({ assessment, found, settings: SETTINGS }).steps;
    expect(step).toMatchObject({ approvals: [waived, given] });
    const report = reportEngagement(assessment, found, { settings: SETTINGS, at: '2026-11-05T08:00:00Z' });
    expect(report.steps[0]).toMatchObject({ approvals: [waived, given] });
    expect(report.waivers).toMatchObject([{ step: 'only', by: 'mira', approval: 'manager' }]);
  });
});
