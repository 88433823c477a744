/** What came of the cases of processes, as text and as JUnit XML. */
import { formatProblem, type InputProblem } from '#domain/base/input-problem.ts';
import { counted } from '#domain/base/sentence.ts';
import { type Paint, visible } from './paint.ts';
import { attributeText, xmlText } from './xml.ts';

/** A case that was tried. */
export interface TriedCase {
  readonly process: string;
  readonly file: string;
  readonly line: number;
  readonly name: string;
  /** Expectations that were not met; empty when the case holds. */
  readonly mismatches: readonly LocatedMismatch[];
}

/** Expectation that was not met, with its place in the file. */
export interface LocatedMismatch {
  readonly line: number;
  /** `expect.states.kick-off` */
  readonly path: string;
  readonly expected: string;
  readonly seen: string;
  readonly advice: readonly string[];
}

/** Outcome of all cases of a process. */
export interface CaseReport {
  readonly cases: readonly TriedCase[];
  /** Problems that keep cases from being tried. */
  readonly problems: readonly InputProblem[];
}

/** Cases with an expectation that was not met. */
export function failedCases({ cases }: CaseReport): readonly TriedCase[] {
  return cases.filter(({ mismatches }) => mismatches.length > 0);
}

/** Lists every failure with its place, then one line that sums up. */
export function caseText(report: CaseReport, paint: Paint): string {
  const failed = failedCases(report);
  const processes = new Set(report.cases.map(({ process }) => process)).size;
  const summary = `${counted(processes, 'process', 'processes')}, ${counted(report.cases.length, 'case')}: `;
  const bad = [
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(report.problems.length > 0 ? [`${counted(report.problems.length, 'problem')} in case files`] : []),
  ];
  const advice =
    failed.length > 0
      ? ['Correct the process; or the expectation, where the rule has been changed on purpose.']
      : [];
  return [
    ...report.problems.map((problem) => paint('bad', formatProblem(problem))),
    ...failed.flatMap((tried) => [...failureLines(tried, paint), '']),
    paint(bad.length === 0 ? 'good' : 'bad', summary + (bad.length === 0 ? 'all hold' : bad.join(', '))),
    ...advice,
  ].join('\n');
}

function failureLines({ file, line, name, mismatches }: TriedCase, paint: Paint): readonly string[] {
  return [
    `${paint('bad', '✗')} ${paint('heading', visible(name))}  ${paint('dim', visible(`${file}:${line}`))}`,
    ...mismatches.flatMap((mismatch) => [
      `    ${visible(`${file}:${mismatch.line} ${mismatch.path}`)}`,
      ...detailLines(mismatch).map((text) => `      ${text}`),
    ]),
  ];
}

function detailLines({ expected, seen, advice }: LocatedMismatch): readonly string[] {
  return [
    `expected  ${visible(expected)}`,
    `seen      ${visible(seen)}`,
    ...advice.map((text) => `${visible(text)}.`),
  ];
}

/** One suite per process, one test case per case. @see https://docs.gitlab.com/ci/testing/unit_test_reports/ */
export function caseJunit(report: CaseReport): string {
  const processes = [...new Set(report.cases.map(({ process }) => process))];
  const suites = processes.map((process) =>
    suite(
      process,
      report.cases.filter((tried) => tried.process === process),
    ),
  );
  const broken = report.problems.length === 0 ? [] : [brokenSuite(report.problems)];
  const totals = attributeText({
    name: 'procession test',
    tests: report.cases.length + report.problems.length,
    failures: failedCases(report).length,
    errors: report.problems.length,
  });
  const head = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${totals}>`];
  return [...head, ...suites, ...broken, '</testsuites>', ''].join('\n');
}

function suite(process: string, cases: readonly TriedCase[]): string {
  const failures = cases.filter(({ mismatches }) => mismatches.length > 0).length;
  const attributes = attributeText({ name: process, tests: cases.length, failures });
  return [`  <testsuite${attributes}>`, ...cases.map(testCase), '  </testsuite>'].join('\n');
}

function testCase({ process, file, line, name, mismatches }: TriedCase): string {
  const open = `    <testcase${attributeText({ classname: process, name, file, line })}`;
  const [first] = mismatches;
  if (first === undefined) return `${open}/>`;
  const message = mismatches.map(({ expected, seen }) => `expected ${expected}, seen ${seen}`).join('; ');
  const text = mismatches
    .map((mismatch) => [`${file}:${mismatch.line} ${mismatch.path}`, ...detailLines(mismatch)].join('\n'))
    .join('\n\n');
  return `${open}>\n      <failure${attributeText({ message, type: first.path })}>${xmlText(text)}</failure>\n    </testcase>`;
}

function brokenSuite(problems: readonly InputProblem[]): string {
  const cases = problems.map((problem) => {
    const name = `${problem.file ?? ''}:${problem.line ?? ''} ${problem.path}`;
    const message = formatProblem(problem);
    return `    <testcase${attributeText({ classname: 'case files', name })}>\n      <error${attributeText({ message })}/>\n    </testcase>`;
  });
  const attributes = attributeText({ name: 'case files', tests: problems.length, errors: problems.length });
  return [`  <testsuite${attributes}>`, ...cases, '  </testsuite>'].join('\n');
}
