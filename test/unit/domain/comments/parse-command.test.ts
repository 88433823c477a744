import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES } from '#domain/base/commands.ts';
import { parseCommands } from '#domain/comments/parse-command.ts';

const STEPS = new Set(['kick-off', 'project-summary']);

const WRITTEN_ON = '2026-11-25';

function onIssue(body: string): readonly unknown[] {
  return parseCommands(body, { steps: STEPS, onEpic: false, writtenOn: WRITTEN_ON }).map((entry) =>
    entry.kind === 'ok' ? entry.command : `${entry.name}: ${entry.why}`,
  );
}

function onEpic(body: string): readonly unknown[] {
  return parseCommands(body, { steps: STEPS, onEpic: true, writtenOn: WRITTEN_ON }).map((entry) =>
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
    ['/ps due auto', { name: 'due', step: null, date: null, reason: '' }],
    ['/ps replan', { name: 'replan', what: 'apply', cause: null, reason: '' }],
    ['/ps replan Kick-off.', { name: 'replan', what: 'apply', cause: 'kick-off', reason: '' }],
    ['/ps replan hold', { name: 'replan', what: 'apply', cause: 'on hold', reason: '' }],
    [
      '/ps replan no – they can do both at once',
      { name: 'replan', what: 'drop', cause: null, reason: 'they can do both at once' },
    ],
    [
      '/ps replan kick-off no they agreed',
      { name: 'replan', what: 'drop', cause: 'kick-off', reason: 'they agreed' },
    ],
    ['/ps replan pull', { name: 'replan', what: 'pull', cause: null, reason: '' }],
    [
      '/ps health at risk for 5 days the key person left',
      { name: 'health', value: 'at risk', days: 5, reason: 'the key person left' },
    ],
    ['/ps health auto', { name: 'health', value: 'auto', days: 0, reason: '' }],
  ])('reads %s on an issue', (body, command) => {
    expect(onIssue(body)).toEqual([command]);
  });

  it.each([
    ['/PS', { name: 'help' }],
    ['/Ps status', { name: 'status' }],
    ['/ps\u00a0status', { name: 'status' }],
    ['/ps status.', { name: 'status' }],
    ['/ps\u2060 sta\u200btus\u2060', { name: 'status' }],
    ['/ps status\\', { name: 'status' }],
    ['/ps `status`', { name: 'status' }],
    ['/ps explain Kick‑off.', { name: 'explain', step: 'kick-off' }],
    ['/ps explain “kick–off”', { name: 'explain', step: 'kick-off' }],
    ['/ps hold: money', { name: 'hold', reason: 'money' }],
    ['/ps hold — the customer is away.', { name: 'hold', reason: 'the customer is away' }],
    ['/ps waive the customer is away…', { name: 'waive', step: null, reason: 'the customer is away…' }],
    [
      '/ps waive see the\\_notes &amp; *all* of it',
      { name: 'waive', step: null, reason: 'see the_notes & all of it' },
    ],
    [
      '/ps waive agreed in [this mail](https://mail.example/1)',
      { name: 'waive', step: null, reason: 'agreed in this mail (https://mail.example/1)' },
    ],
    [
      '/ps waive see <https://mail.example/1>',
      { name: 'waive', step: null, reason: 'see https://mail.example/1' },
    ],
    ['/ps waive <the customer is away>', { name: 'waive', step: null, reason: '<the customer is away>' }],
    ['/ps assign Engineer @noor\\_b,', { name: 'assign', role: 'engineer', username: 'noor_b' }],
    [
      '/ps add change-order “More hours – phase 2”.',
      { name: 'add', step: 'change-order', title: 'More hours – phase 2' },
    ],
    [
      '/ps add Change-Order Sévère’s „Umbau“',
      { name: 'add', step: 'change-order', title: 'Sévère’s „Umbau“' },
    ],
    ['/ps snooze for 3 days', { name: 'snooze', step: null, workingDays: 3 }],
    ['/ps snooze 2 weeks.', { name: 'snooze', step: null, workingDays: 10 }],
    ['/ps snooze a week', { name: 'snooze', step: null, workingDays: 5 }],
    ['/ps snooze for 3', { name: 'snooze', step: null, workingDays: 3 }],
    [
      '/ps due 2027–01–15: the room is taken',
      { name: 'due', step: null, date: '2027-01-15', reason: 'the room is taken' },
    ],
    [
      '/ps due 2026-11-25 today it is',
      { name: 'due', step: null, date: '2026-11-25', reason: 'today it is' },
    ],
    [
      '/ps health at risk for 3 weeks the key person left',
      { name: 'health', value: 'at risk', days: 21, reason: 'the key person left' },
    ],
    [
      '/ps health at-risk 10 working days: no access',
      { name: 'health', value: 'at risk', days: 14, reason: 'no access' },
    ],
    [
      '/ps health On track – all is well',
      { name: 'health', value: 'on track', days: 14, reason: 'all is well' },
    ],
    [
      '/ps health at risk 3 people left',
      { name: 'health', value: 'at risk', days: 14, reason: '3 people left' },
    ],
  ])('reads %s as it was meant', (body, command) => {
    expect(onIssue(body)).toEqual([command]);
  });

  it.each([
    [
      '/ps hold for 3 weeks',
      'hold: a hold has no end of its own: it lasts until `/ps resume` and takes only a reason. Write it as `/ps hold <reason>`',
    ],
    ['/ps hold 3 weeks holidays', 'hold: a hold has no end of its own'],
    ['/ps hold until Friday', 'hold: a hold has no end of its own'],
    ['/ps waive for 3 weeks', 'waive: it takes no time, only a reason'],
    ['/ps skip kick-off two weeks', 'skip: it takes no time, only a reason'],
    ['/ps snooze 4 hours', 'snooze: it takes working days, no hours'],
    ['/ps snooze 13 weeks', 'snooze: it takes 1 to 60 working days'],
    ['/ps snooze 3 weeks the customer is away', 'snooze: it needs a number of working days'],
    ['/ps health at risk for 4 months no access', 'health: it takes 1 to 90 days'],
    ['/ps health at risk until 2027-01-15 no access', 'health: it takes a number of days or weeks'],
    [
      '/ps due 2020-01-01 it was planned so',
      'due: 2020-01-01 is over: a due date is today or later. Write it as `/ps due <YYYY-MM-DD> <reason>|auto`',
    ],
    ['/ps replan no', 'replan: it needs a reason'],
    [
      '/ps replan kickof',
      'replan: `kickof` is no step, and neither `no` nor `pull`. Did you mean "kick-off"?. Write it as',
    ],
    ['/ps replan pull tomorrow', 'replan: nothing follows `pull`'],
    ['/ps sta\u2060tsu', 'null: there is no command `statsu`. Did you mean `/ps status`?'],
    ['/ps banana', 'null: there is no command `banana`. Write `/ps help` to see the commands'],
  ])('refuses %s, so that no time falls into a reason', (body, why) => {
    expect(onIssue(body)).toEqual([expect.stringContaining(why)]);
  });

  it.each([
    ['/ps wave kick-off', 'Did you mean `/ps waive <step> [approval <role>] <reason>`?'],
    ['/ps due kick-off', 'Write it as `/ps due <step> <YYYY-MM-DD> <reason>|auto`'],
    ['/ps hold', 'Write it as `/ps hold <reason>`'],
    ['/ps skip', 'Write it as `/ps skip <step> <reason>`'],
  ])('tells on the epic that %s needs a step, where it does', (body, hint) => {
    expect(onEpic(body)).toEqual([expect.stringContaining(hint)]);
  });

  it.each([
    ['a quote', '> /ps status'],
    ['a quote that goes on without its mark', '> see:\n/ps status'],
    ['a quote between >>> lines', '>>>\n/ps status\n\n/ps hold money\n>>>'],
    ['a quote between >>> lines that never ends', '>>>\n/ps status'],
    ['a list', '- see\n/ps status'],
    ['a code fence', '```\n/ps status\n```'],
    ['indented code', 'see\n\n    /ps status'],
    ['inline code over lines', 'write `\n/ps status\n` in a comment'],
    ['what GitLab takes for inline code', 'write ``\n/ps status\n` in a comment'],
    ['<pre>', '<pre>\n\n/ps status\n\n</pre>'],
    ['<blockquote>', '<blockquote>\n\n/ps status\n\n</blockquote>'],
    ['<details>', '<details><summary>Log</summary>\n\n/ps status\n\n</details>'],
    [
      '<details> whose end is only an attribute',
      '<details>\n<p title="</details>">\n\n/ps status\n\n</details>',
    ],
    ['<details> that never ends', 'see <details>\n\n/ps status'],
    ['an element on lines of its own', 'see\n<b>\n/ps status\n</b>'],
    ['a comment that begins in a line', 'see <!--\n/ps status\n-->'],
    ['a comment over paragraphs', '<!--\n\n/ps status\n\n-->'],
    ['the title of a link', '[log](https://log.example "\n/ps status\n")'],
    ['the words of a link', '[log\n/ps status\n](https://log.example)'],
    ['the definition of a link', '[log]: https://log.example "\n/ps status\n"'],
    ['an attribute', 'see <a title="\n/ps status\n">this</a>'],
    ['a heading', '/ps status\n---'],
    ['a table', '| a | b |\n|---|---|\n/ps status'],
    ['front matter', '---\n\n/ps status\n\n---'],
    ['a footnote', 'see[^1]\n\n[^1]: log\n/ps status'],
    ['a description', 'term\n: text\n/ps status'],
    ['a line that only a carriage return begins', 'see\r/ps status'],
    ['an indented line', ' /ps status'],
    ['text that we made inert', '\u2060/ps status'],
    ['a word', '/psalm\n/ps-status\n/ps/status'],
  ])('follows nothing in %s', (_, body) => {
    expect(onIssue(body)).toEqual([]);
  });

  it.each([
    ['text', 'Done.\n/ps status\nThanks'],
    ['a quote', '> see\n\n/ps status'],
    ['a quote between >>> lines', '>>>\nsee\n>>>\n/ps status'],
    ['a list', '- see\n\n/ps status'],
    ['a code fence', '```\n/ps hold money\n```\n/ps status'],
    ['inline code', 'as `/ps hold money` says\n/ps status'],
    ['<details>', '<details>\n\n/ps hold money\n\n</details>\n\n/ps status'],
    ['a comment', '<!--\n/ps hold money\n-->\n/ps status'],
    ['an attribute', '<a title="\n/ps hold money\n">this</a>\n/ps status'],
    ['a word that looks like a tag', 'a List<String>\n/ps status'],
    ['a heading', '# Log\n/ps status'],
    ['windows line breaks', 'see\r\n/ps status\r\n'],
  ])('goes on after %s', (_, body) => {
    expect(onIssue(body)).toEqual([{ name: 'status' }]);
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
    ['/ps waive', 'waive: it needs a reason. Write it as `/ps waive [approval <role>] <reason>`'],
    [`/ps waive ${'x'.repeat(10_000)}`, 'waive: the reason may have at most 500 characters and has 10000'],
    [
      '/ps wave hello',
      'null: there is no command `wave`. Did you mean `/ps waive [approval <role>] <reason>`?',
    ],
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
