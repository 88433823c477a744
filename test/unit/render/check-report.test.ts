import { describe, expect, it } from 'vitest';
import type { EngagementCheck } from '#domain/explain/check.ts';
import { junitXml } from '#render/check-junit.ts';
import { checkMarkdown } from '#render/check-markdown.ts';
import { checkText } from '#render/check-text.ts';
import { plain } from '#render/paint.ts';

const step = {
  step: 'kick-off',
  title: 'Kick-off',
  reference: 'services/engagements#3',
  url: 'https://gitlab.test/3',
  state: 'done',
  waiver: null,
  findings: [],
} as const;
const finding = {
  rule: 'closed-too-early',
  message: 'Kick-off was closed',
  missing: ['not ticked: <b>"A" & \u0000B\u001B]0;\uFFFF</b>'],
  fix: ['Tick it'],
} as const;

function aCheck(changes: Partial<EngagementCheck> = {}): EngagementCheck {
  return {
    engagement: 'SOW-1',
    process: 'delivery',
    url: null,
    findings: [],
    notices: [],
    steps: [step],
    ...changes,
  };
}

const broken = aCheck({
  steps: [
    { ...step, state: 'ready', findings: [finding] },
    { ...step, step: 'last', state: 'blocked' },
  ],
});

describe('report/check-text', () => {
  it('is one line when every rule is kept', () => {
    expect(checkText([aCheck()], plain)).toBe('1 engagement checked: every rule is kept.');
    expect(checkText([], plain)).toBe('0 engagements checked: there is none.');
  });

  it('tells what people should see, and calls it no broken rule', () => {
    const text = checkText([aCheck({ notices: ['The stage is ahead'] })], plain);

    expect(text).toBe('SOW-1\n  ! The stage is ahead.\n\n1 engagement checked: every rule is kept.');
  });

  it('shows what is broken, where, what is missing and the fix', () => {
    const text = checkText([aCheck({ engagement: 'SOW-2' }), broken], plain);

    expect(text).toContain('SOW-1\n  ✗ Kick-off was closed [closed-too-early] services/engagements#3');
    expect(text).toContain('      Fix: Tick it.');
    expect(text).not.toContain('SOW-2');
    expect(text.split('\n').at(-1)).toBe('2 engagements checked: 1 broken rule.');
  });
});

describe('report/check-markdown', () => {
  it('tells what people should see, with text of people made inert, and calls it no broken rule', () => {
    const text = checkMarkdown([aCheck({ notices: ['The stage of *@all* is ahead'] })]);

    expect(text).toContain('1 engagement checked: **every rule is kept**.');
    expect(text).toMatch(/## SOW-1\n\n- The stage of .* is ahead\.\n/);
    expect(text).not.toContain('*@all*');
  });
});

describe('report/check-junit', () => {
  it('has one suite per engagement and one case per step, and skips what is open', () => {
    const xml = junitXml([broken]);

    expect(xml).toContain('<testsuites name="procession check" tests="3" failures="1">');
    expect(xml).toContain('<testsuite name="SOW-1" tests="3" failures="1" skipped="1">');
    expect(xml).toContain('<testcase classname="SOW-1.delivery" name="epic"/>');
    expect(xml).toContain('<skipped message="blocked"/>');
    expect(xml).toContain('<failure message="Kick-off was closed" type="closed-too-early">');
  });

  it('escapes what people wrote and what XML forbids', () => {
    const xml = junitXml([broken]);

    expect(xml).toContain('&lt;b&gt;&quot;A&quot; &amp; \\u{0}B\\u{1b}]0;\uFFFD&lt;/b&gt;');
    expect(xml.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\uFFFE\uFFFF]/u);
  });

  it('reports an engagement that cannot be judged as a failure of its epic', () => {
    const xml = junitXml([
      aCheck({ process: null, steps: [], findings: [{ ...finding, rule: 'record-damaged' }] }),
    ]);

    expect(xml).toContain('<testsuite name="SOW-1" tests="1" failures="1" skipped="0">');
    expect(xml).toContain('<testcase classname="SOW-1" name="epic">');
  });
});
