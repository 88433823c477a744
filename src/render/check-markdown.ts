/** A check as Markdown, for an artifact or a comment. Texts of people are made inert. */

import { counted, ended } from '#domain/base/sentence.ts';
import {
  type CheckedStep,
  type EngagementCheck,
  engagementsIn,
  type Finding,
  findingsOf,
} from '#domain/explain/check.ts';
import { inlineText } from '#domain/text/foreign-text.ts';

/** Writes a table of all engagements, then every finding with its fix, and what is only to be known. */
export function checkMarkdown(checks: readonly EngagementCheck[]): string {
  const total = checks.reduce((sum, check) => sum + findingsOf(check).length, 0);
  const told = checks.filter((check) => findingsOf(check).length > 0 || check.notices.length > 0);
  const verdict =
    checks.length === 0
      ? 'there is none'
      : total === 0
        ? 'every rule is kept'
        : counted(total, 'broken rule');
  return [
    '# Procession check',
    '',
    `${counted(engagementsIn(checks), 'engagement')} checked: **${verdict}**.`,
    '',
    ...(checks.length === 0 ? [] : [...table(checks), '']),
    ...told.flatMap(section),
  ].join('\n');
}

function table(checks: readonly EngagementCheck[]): readonly string[] {
  return [
    '| engagement | process | steps done | broken rules |',
    '|---|---|--:|--:|',
    ...checks.map((check) => {
      const done = check.steps.filter(({ state }) => state === 'done' || state === 'waived').length;
      return `| ${nameOf(check)} | ${check.process ?? '–'} | ${done} of ${check.steps.length} | ${findingsOf(check).length} |`;
    }),
  ];
}

function section(check: EngagementCheck): readonly string[] {
  return [
    `## ${nameOf(check)}`,
    '',
    ...check.findings.flatMap((finding) => findingLines(finding, null)),
    ...check.steps.flatMap((step) => step.findings.flatMap((finding) => findingLines(finding, step))),
    ...check.notices.map((notice) => `- ${inlineText(ended(notice))}`),
    '',
  ];
}

function nameOf({ engagement, url }: EngagementCheck): string {
  return url === null ? engagement : `[${engagement}](${url})`;
}

function findingLines(finding: Finding, step: CheckedStep | null): readonly string[] {
  const where = step === null || step.url === null ? '' : ` ([issue](${step.url}))`;
  return [
    `- ${inlineText(finding.message)} \`${finding.rule}\`${where}`,
    ...finding.missing.map((text) => `  - ${inlineText(text)}`),
    ...finding.fix.map((text) => `  - Fix: ${inlineText(text)}.`),
  ];
}
