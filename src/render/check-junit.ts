/** A check as JUnit XML: one test suite per engagement, one test case per step, so that GitLab shows it on merge requests and pipelines. */
import { type CheckedStep, type EngagementCheck, type Finding, findingsOf } from '#domain/explain/check.ts';
import { visible } from './paint.ts';
import { attributeText, xmlText } from './xml.ts';

/** @see https://docs.gitlab.com/ci/testing/unit_test_reports/ */
export function junitXml(checks: readonly EngagementCheck[]): string {
  const suites = checks.map(suite);
  const tests = checks.reduce((sum, check) => sum + testCount(check), 0);
  const failures = checks.reduce((sum, check) => sum + failureCount(check), 0);
  const attributes = attributeText({ name: 'procession check', tests, failures });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(check: EngagementCheck): string {
  const skipped = check.steps.filter(isOpen).length;
  const attributes = attributeText({
    name: check.engagement,
    tests: testCount(check),
    failures: failureCount(check),
    skipped,
  });
  const classname = [check.engagement, ...(check.process === null ? [] : [check.process])].join('.');
  const cases = [
    testCase({ classname, name: 'epic', findings: check.findings, skipped: null }),
    ...check.steps.map((step) =>
      testCase({
        classname,
        name: `${step.step}: ${step.title}`,
        findings: step.findings,
        skipped: isOpen(step) ? step.state : null,
      }),
    ),
  ];
  return [`  <testsuite${attributes}>`, ...cases, '  </testsuite>'].join('\n');
}

/** Neither done nor wrong: not yet decided. */
function isOpen({ state, findings }: CheckedStep): boolean {
  return findings.length === 0 && state !== 'done' && state !== 'waived';
}

function testCount({ steps }: EngagementCheck): number {
  return steps.length + 1;
}

/** Test cases that fail; one may have several findings. */
function failureCount(check: EngagementCheck): number {
  if (findingsOf(check).length === 0) return 0;
  return [check, ...check.steps].filter(({ findings }) => findings.length > 0).length;
}

interface TestCase {
  readonly classname: string;
  readonly name: string;
  readonly findings: readonly Finding[];
  readonly skipped: string | null;
}

function testCase({ classname, name, findings, skipped }: TestCase): string {
  const open = `    <testcase${attributeText({ classname, name })}`;
  const [first] = findings;
  if (first === undefined && skipped === null) return `${open}/>`;
  if (first === undefined)
    return `${open}>\n      <skipped${attributeText({ message: skipped ?? '' })}/>\n    </testcase>`;
  // Several <failure> elements are allowed but most readers, GitLab among them, show one.
  const message = findings.map((finding) => finding.message).join('; ');
  const text = findings.map(findingText).join('\n\n');
  return `${open}>\n      <failure${attributeText({ message, type: first.rule })}>${xmlText(text)}</failure>\n    </testcase>`;
}

function findingText({ rule, message, missing, fix }: Finding): string {
  return [
    `${message} [${rule}]`,
    ...missing.map((text) => `- ${text}`),
    ...fix.map((text) => `Fix: ${text}.`),
  ]
    .map(visible)
    .join('\n');
}
