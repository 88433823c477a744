import { counted } from '#domain/base/sentence.ts';
import {
  type CheckedStep,
  type EngagementCheck,
  engagementsIn,
  type Finding,
  findingsOf,
} from '#domain/explain/check.ts';
import { type Paint, visible } from './paint.ts';

/** Lists the findings of a check, engagement by engagement, and one closing line. */
export function checkText(checks: readonly EngagementCheck[], paint: Paint): string {
  const shown = checks.filter(
    (check) =>
      findingsOf(check).length > 0 || check.notices.length > 0 || check.steps.some(({ waiver }) => waiver),
  );
  const total = checks.reduce((sum, check) => sum + findingsOf(check).length, 0);
  const lines = shown.flatMap((check) => [...engagementLines(check, paint), '']);
  const verdict =
    checks.length === 0
      ? 'there is none'
      : total === 0
        ? 'every rule is kept'
        : counted(total, 'broken rule');
  const end = `${counted(engagementsIn(checks), 'engagement')} checked: ${verdict}.`;
  return [...lines, paint(total === 0 ? 'good' : 'bad', end)].join('\n');
}

function engagementLines(check: EngagementCheck, paint: Paint): readonly string[] {
  const head = [check.engagement, ...(check.url === null ? [] : [check.url])].join('  ');
  return [
    paint('heading', head),
    ...check.findings.flatMap((finding) => findingLines(finding, null, paint)),
    ...check.steps.flatMap((step) => step.findings.flatMap((finding) => findingLines(finding, step, paint))),
    ...check.notices.map((notice) => `  ${paint('link', '!')} ${visible(notice)}.`),
    ...check.steps.flatMap((step) => waiverLine(step, paint)),
  ];
}

/** Exceptions are no broken rule, but nobody should have to look for them. */
function waiverLine({ title, waiver, reference }: CheckedStep, paint: Paint): readonly string[] {
  if (waiver === null) return [];
  const what = `${title} ${waiver.skip ? 'skipped' : 'waived'} by ${waiver.by} on ${waiver.on}: ${waiver.reason}`;
  return [
    `  ${paint('link', '➖')} ${visible(what)}${reference === null ? '' : ` ${paint('dim', reference)}`}`,
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
