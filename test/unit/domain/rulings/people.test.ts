/** GitLab takes `Manager1` and `manager1` for one user, so whoever is named in settings, SOW or comments is known whatever the case. */
import { describe, expect, it } from 'vitest';
import { appoint } from '#domain/assess/appointments.ts';
import { assess } from '#domain/assess/assess.ts';
import type { StepStatus } from '#domain/assess/step-status.ts';
import { FREE } from '#domain/engagement/state.ts';
import { identify } from '#domain/record/identify.ts';
import { personInRole, rolesOf } from '#domain/rulings/people.ts';
import { writeManagedBlock } from '#domain/text/managed-block.ts';
import { anIssue, aProcess, aSow, aState, aStep, someSettings } from '#test/support/builders.ts';

const given = { by: 'mira', byId: 2, on: '2026-11-04', note: 9 };
const appointment = (role: string, username: string) => ({ role, username, ...given });
const ELI = { name: 'Eli Brandt', email: 'eli@example.com' };

describe('a username in another case', () => {
  const sow = aSow({
    contacts: { ...aSow().contacts, ours: { engineer: { ...ELI, username: 'Eli' } } },
  });

  it.each([
    ['of the settings', { manager: ['Manager1'] }, 'manager1', aSow(), [], 'manager'],
    ['of the SOW', {}, 'eli', sow, [], 'engineer'],
    ['that was appointed', {}, 'noor', aSow(), [appointment('engineer', 'Noor')], 'engineer'],
  ])('%s has its role', (_, roles, username, from, appointments, role) => {
    const sources = { sow: from, rulings: { appointments } };

    expect([...rolesOf(username, sources, { roles })]).toEqual([role]);
  });

  it('keeps the name and the address that the SOW knows when it is appointed', () => {
    const sources = { sow, rulings: { appointments: [appointment('engineer', 'eLi')] } };

    expect(personInRole('engineer', sources, { roles: {} })).toEqual({
      ...ELI,
      username: 'eLi',
      chosen: true,
    });
  });

  it('is an earlier bot of ours', () => {
    const author = { id: 5, username: 'earlier-bot' };
    const marker = {
      kind: 'epic',
      engagement: 'SOW-1',
      process: 'sample',
      profile: null,
      step: null,
    } as const;
    const tracking = anIssue('first', { author, description: writeManagedBlock('', marker, 'Block') });
    const state = aState({ epics: [], issues: [tracking], capabilities: FREE });

    expect(identify(state, undefined, { formerUsers: ['Earlier-Bot'] }).epic?.id).toBe(tracking.id);
  });

  it.each([
    ['who does the appointing step by role', { manager: ['MIRA'] }, 'mira'],
    ['who has the role already', { manager: ['gus'], engineer: ['ELI'] }, 'eli'],
  ])('is nobody new in a step that appoints: %s', (_, roles, username) => {
    const process = aProcess({
      steps: [aStep('first', { owner: 'manager', appoints: 'engineer' })],
      closeWhen: ['first'],
    });
    const issue = anIssue('first', { state: 'closed', assignees: [{ id: 7, username }] });
    const settings = someSettings({ roles });
    const found = identify(aState({ issues: [issue] }));
    const assessment = assess({
      engagement: 'SOW-1',
      process,
      sow: aSow(),
      found,
      settings,
      today: '2026-11-04',
    });

    expect(assessment.steps.map(({ done }: StepStatus) => done)).toEqual([true]);
    expect([...appoint(assessment, settings).roles]).toEqual([]);
  });
});
