import { AREAS, type Area, type Problem } from '#domain/doctor/problem.ts';
import { counted, type Paint, visible } from './paint.ts';

const TITLES: Readonly<Record<Area, string>> = {
  config: 'Settings',
  gitlab: 'GitLab',
  token: 'Token',
  clock: 'Clock',
  group: 'Group',
  project: 'Project',
  labels: 'Labels',
  boards: 'Boards',
  webhook: 'Webhook',
  schedule: 'Schedule',
  people: 'People',
  database: 'Database',
};

/**
 * A line per area that was looked at, its problems with their fixes below, and a count.
 *
 * @param about what was found for each area, in a few words; areas without it were not looked at
 */
export function doctorText(
  problems: readonly Problem[],
  about: Readonly<Partial<Record<Area, string>>>,
  paint: Paint,
): string {
  const width = Math.max(...Object.values(TITLES).map((title) => title.length));
  const lines = AREAS.flatMap((area): readonly string[] => {
    const found = problems.filter((problem) => problem.area === area);
    const words = about[area];
    if (words === undefined && found.length === 0) return [];
    const isBad = found.some(({ severity }) => severity === 'error');
    const sign = isBad ? paint('bad', '✗') : found.length > 0 ? paint('change', '!') : paint('good', '✓');
    return [
      `${sign} ${TITLES[area].padEnd(width)}  ${visible(words ?? '')}`.trimEnd(),
      ...found.flatMap(described),
    ];
  });
  return [...lines, '', summary(problems)].join('\n');

  function described({ severity, message, fix }: Problem): readonly string[] {
    const indent = ' '.repeat(width + 4);
    const what = severity === 'error' ? paint('bad', visible(message)) : paint('change', visible(message));
    return [`${indent}${what}`, `${indent}Fix: ${visible(fix)}`];
  }
}

function summary(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  if (problems.length === 0) return 'No problems.';
  return [
    ...(errors > 0 ? [counted(errors, 'problem')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ]
    .join(', ')
    .concat('.');
}
