import { describe, expect, it } from 'vitest';
import { outcomeData, outcomeExit, tellOutcome } from '#cli/targets/outcome.ts';
import { undecidedError } from '#cli/targets/undecided.ts';
import { exitCodeOf } from '#cli/terminal/exit-code.ts';
import { createOutput } from '#cli/terminal/output.ts';
import { assess } from '#domain/assess/assess.ts';
import { plan } from '#domain/plan/plan.ts';
import { identify } from '#domain/record/identify.ts';
import { aPlanInput, aProcess, aSow, aState, someSettings } from '#test/support/builders.ts';

const found = identify(aState({ epics: [] }));
const settings = someSettings();
const assessment = assess({
  engagement: 'SOW-1',
  today: '2026-11-20',
  process: aProcess(),
  sow: aSow(),
  found,
  settings,
});
const launch = plan(aPlanInput({ assessment, found }, settings));
const nothing = { engagement: 'SOW-1', actions: [] };

function told(outcome: Parameters<typeof tellOutcome>[2]): { stdout: string; stderr: string } {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({ write: (text: string) => (written[name] += text) });
  tellOutcome(
    createOutput({ stdout: stream('stdout'), stderr: stream('stderr'), env: {} }, false),
    'SOW-1',
    outcome,
  );
  return written;
}

describe('cli/outcome', () => {
  it('says what was done, and where', () => {
    const { stdout, stderr } = told({
      kind: 'applied',
      plan: launch,
      assessment,
      epicUrl: 'https://gitlab.test/epics/3',
      warnings: ['\u001B[2Jnobody'],
    });

    expect(stdout).toContain('  create epic: SOW-1 Example Bakery\n  create issue: last\n');
    expect(stdout).toContain('  link: first blocks second\n');
    expect(stdout).toMatch(
      /SOW-1: 5 created, 3 links, 0 changed\.\nEpic: https:\/\/gitlab\.test\/epics\/3\n$/,
    );
    expect(stderr).toBe('warning: \\u{1b}[2Jnobody\n');
  });

  it('says that there is nothing to do', () => {
    expect(
      told({
        kind: 'unchanged',
        plan: nothing,
        assessment,
        epicUrl: 'https://gitlab.test/epics/3',
        warnings: [],
      }).stdout,
    ).toBe('SOW-1: nothing to do. https://gitlab.test/epics/3\n');
  });

  it('says why a brake stopped it and how to go on', () => {
    const outcome = {
      kind: 'braked',
      plan: launch,
      assessment,
      why: 'it would create 50 issues (limit 40)',
    } as const;

    expect(told(outcome).stderr).toMatch(
      /nothing was changed: it would create 50 issues \(limit 40\)\.\nLook at it: procession plan SOW-1\n.*--allow-mass-change/,
    );
    expect(outcomeExit(outcome)).toBe(4);
  });

  it('says what shadow mode would have done', () => {
    const { stdout } = told({ kind: 'shadow', plan: launch, assessment });

    expect(stdout).toContain('  would create issue: first\n');
    expect(stdout).toContain('nothing was written, because the policy is "shadow"');
  });

  it('is no error when the SOW is not won yet', () => {
    const outcome = { kind: 'not-won', stage: 'negotiating', starts: ['closed_won'] } as const;

    expect(told(outcome).stdout).toBe(
      'SOW-1: its stage is "negotiating"; nothing is launched until it is closed_won.\n',
    );
    expect(told({ ...outcome, stage: 'discovery', starts: ['scoping', 'proposal'] }).stdout).toBe(
      'SOW-1: its stage is "discovery"; nothing is launched until it is scoping or proposal, the stages in which its process begins (launch.stage in the process.yml of the process).\n',
    );
    expect(outcomeExit(outcome)).toBe(0);
    expect(outcomeData('SOW-1', outcome)).toEqual({
      engagement: 'SOW-1',
      outcome: 'not-won',
      stage: 'negotiating',
    });
  });

  it('gives scripts the same as data', () => {
    expect(
      outcomeData('SOW-1', { kind: 'applied', plan: launch, assessment, epicUrl: null, warnings: [] }),
    ).toMatchObject({
      outcome: 'applied',
      summary: { create: 5, link: 3 },
      actions: launch.actions,
    });
  });
});

const NOTHING_KNOWN = { broken: false, version: null, found: null, reopened: [] } as const;

describe('cli/undecided', () => {
  it.each([
    [{ kind: 'absent', left: [] }, 3, 'Launch it with its SOW file: procession apply sows/SOW-1.yml'],
    [
      { kind: 'record-damaged', reason: 'the SOW record was edited by hand', found },
      3,
      'the SOW record was edited by hand, so nobody knows what was sold. Fix: Restore it',
    ],
    [
      { kind: 'unknown-process', process: 'delivry', profile: null, ...NOTHING_KNOWN },
      2,
      'needs the process "delivry", and there is none. Fix: Did you mean "delivery"?',
    ],
    [
      { kind: 'unknown-process', process: 'delivery', profile: 'strct', ...NOTHING_KNOWN },
      2,
      'needs the profile "strct" of process delivery',
    ],
    [
      {
        kind: 'unknown-process',
        process: 'delivery',
        profile: null,
        version: 3,
        broken: false,
        found: null,
        reopened: ['kick-off'],
      },
      2,
      'needs version 3 of process delivery, and there is none: order and what is done are kept from its record (opened again: kick-off), nothing else',
    ],
  ] as const)('explains %j', (undecided, code, message) => {
    const error = undecidedError('SOW-1', undecided, ['delivery', 'quote-to-signoff']);

    expect(error.message).toContain(message);
    expect(exitCodeOf(error)).toBe(code);
  });
});
