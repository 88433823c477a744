import { type CheckedStep, type EngagementCheck, type Finding, findingsOf } from '#domain/check.ts';
import { counted, type Paint, visible } from './paint.ts';

/** What a check found, engagement by engagement, and one closing line. */
export function checkText(checks: readonly EngagementCheck[], paint: Paint): string {
  const bad = checks.filter((check) => findingsOf(check).length > 0);
  const total = checks.reduce((sum, check) => sum + findingsOf(check).length, 0);
  const lines = bad.flatMap((check) => [...engagementLines(check, paint), '']);
  const end = `${counted(checks.length, 'engagement')} checked: ${total === 0 ? 'every rule is kept' : counted(total, 'broken rule')}.`;
  return [...lines, paint(total === 0 ? 'good' : 'bad', end)].join('\n');
}

function engagementLines(check: EngagementCheck, paint: Paint): readonly string[] {
  const head = [check.engagement, ...(check.url === null ? [] : [check.url])].join('  ');
  return [
    paint('heading', head),
    ...check.findings.flatMap((finding) => findingLines(finding, null, paint)),
    ...check.steps.flatMap((step) => step.findings.flatMap((finding) => findingLines(finding, step, paint))),
  ];
}

function findingLines(finding: Finding, step: CheckedStep | null, paint: Paint): readonly string[] {
  const where = step?.reference ?? null;
  return [
    `  ${paint('bad', '✗')} ${visible(finding.message)} ${paint('dim', `[${finding.rule}]${where === null ? '' : ` ${where}`}`)}`,
    ...finding.missing.map((text) => `      ${visible(text)}`),
    ...finding.fix.map((text) => `      ${paint('dim', 'Fix:')} ${visible(text)}.`),
  ];
}
