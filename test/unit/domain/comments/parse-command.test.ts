import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES } from '#domain/base/commands.ts';
import { parseCommands } from '#domain/comments/parse-command.ts';

const STEPS = new Set(['kick-off', 'project-summary']);

function onIssue(body: string): readonly unknown[] {
  return parseCommands(body, STEPS, false).map((entry) =>
    entry.kind === 'ok' ? entry.command : `${entry.name}: ${entry.why}`,
  );
}

function onEpic(body: string): readonly unknown[] {
  return parseCommands(body, STEPS, true).map((entry) =>
    entry.kind === 'ok' ? entry.command : `${entry.name}: ${entry.why}`,
  );
}

describe('domain/parse-command', () => {
  it.each([
    ['/ps', { name: 'help' }],
    ['/ps help', { name: 'help' }],
    ['/ps STATUS', { name: 'status' }],
    ['/ps explain', { name: 'explain', step: null }],
    ['/ps explain kick-off', { name: 'explain', step: 'kick-off' }],
    ['/ps waive the customer is away', { name: 'waive', step: null, reason: 'the customer is away' }],
    ['/ps waive kick-off was by phone', { name: 'waive', step: null, reason: 'kick-off was by phone' }],
    ['/ps skip kick-off was by phone', { name: 'skip', step: 'kick-off', reason: 'was by phone' }],
    ['/ps assign engineer @noor', { name: 'assign', role: 'engineer', username: 'noor' }],
    ['/ps hold money', { name: 'hold', reason: 'money' }],
    ['/ps add change-order "More hours"', { name: 'add', step: 'change-order', title: 'More hours' }],
    ['/ps add change-order', { name: 'add', step: 'change-order', title: null }],
    ['/ps snooze 3', { name: 'snooze', step: null, workingDays: 3 }],
    ['/ps snooze 3 working days', { name: 'snooze', step: null, workingDays: 3 }],
    [
      '/ps due 2027-01-15 the room is taken',
      { name: 'due', step: null, date: '2027-01-15', reason: 'the room is taken' },
    ],
    [
      '/ps health at risk for 5 days the key person left',
      { name: 'health', value: 'at risk', days: 5, reason: 'the key person left' },
    ],
    ['/ps health auto', { name: 'health', value: 'auto', days: 0, reason: '' }],
  ])('reads %s on an issue', (body, command) => {
    expect(onIssue(body)).toEqual([command]);
  });

  it('takes the step first on the epic', () => {
    expect(onEpic('/ps waive kick-off was by phone')).toEqual([
      { name: 'waive', step: 'kick-off', reason: 'was by phone' },
    ]);
    expect(onEpic('/ps approve')).toEqual([
      expect.stringContaining('it needs the step, one of: kick-off, project-summary'),
    ]);
  });

  it.each([
    ['/ps waive', 'waive: it needs a reason. Write it as `/ps waive <reason>`'],
    [`/ps waive ${'x'.repeat(10_000)}`, 'waive: the reason may have at most 500 characters and has 10000'],
    ['/ps wave hello', 'null: there is no command `wave`. Did you mean "waive"?'],
    ['/ps skip kickoff no need', 'skip: there is no step `kickoff` here; the steps are:'],
    ['/ps due 2027-02-30 soon', 'due: it needs a date that exists'],
    ['/ps snooze soon', 'snooze: it needs a number of working days'],
    ['/ps snooze 300', 'snooze: it takes 1 to 60 working days'],
    ['/ps add change-order see #1 and @root', 'add: the title may have 80 letters'],
    ['/ps assign engineer @noor @eli', 'assign: it takes one role and one user'],
    ['/ps health great for us', 'health: it needs one of: on track, needs attention, at risk, auto'],
    ['/ps <script>`@root`', 'null: there is no command `scriptroot`'],
  ])('refuses %s and says how to write it', (body, why) => {
    expect(onIssue(body.slice(0, 11_000))).toEqual([expect.stringContaining(why)]);
  });

  it.each([
    ['hold and resume', '/ps hold money\n/ps resume'],
    ['two waivers of a step', '/ps waive one reason\n/ps waive another reason'],
    ['approve and waive', '/ps approve\n/ps waive no time'],
    ['two people for a role', '/ps assign engineer @noor\n/ps assign engineer @eli'],
  ])('follows nothing of a comment that says two things: %s', (_, body) => {
    expect(onIssue(body)).toEqual([expect.stringContaining('this comment says two things about')]);
  });

  it('follows nothing of a comment with very many commands', () => {
    expect(onIssue(Array.from({ length: 6 }, () => '/ps status').join('\n'))).toEqual([
      expect.stringContaining('at most 5 commands'),
    ]);
  });

  it('finds commands only in lines of their own', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...COMMAND_NAMES), (before, name) => {
        const text = `x${before.replaceAll(/[\r\n]/g, '')}/ps ${name}`;
        expect(onIssue(text)).toEqual([]);
      }),
    );
  });

  it('never throws, and answers hostile comments quickly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        onEpic(`/ps ${text}`);
        onIssue(text);
      }),
    );
  });
});
