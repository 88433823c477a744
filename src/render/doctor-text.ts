import { counted } from '#domain/base/sentence.ts';
import { AREAS, type Area, type Diagnosis } from '#domain/doctor/diagnosis.ts';
import { type Paint, visible } from './paint.ts';

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
 * Lines for a terminal: one per area that was looked at, its diagnoses with their fixes below, and a count.
 *
 * @param about what was found for each area, in a few words; areas without it were not looked at
 */
export function doctorText(
  diagnoses: readonly Diagnosis[],
  about: Readonly<Partial<Record<Area, string>>>,
  paint: Paint,
): string {
  const width = Math.max(...Object.values(TITLES).map((title) => title.length));
  const lines = AREAS.flatMap((area): readonly string[] => {
    const found = diagnoses.filter((diagnosis) => diagnosis.area === area);
    const words = about[area];
    if (words === undefined && found.length === 0) return [];
    const isBad = found.some(({ severity }) => severity === 'error');
    const sign = isBad ? paint('bad', '✗') : found.length > 0 ? paint('change', '!') : paint('good', '✓');
    return [
      `${sign} ${TITLES[area].padEnd(width)}  ${visible(words ?? '')}`.trimEnd(),
      ...found.flatMap(described),
    ];
  });
  return [...lines, '', summary(diagnoses)].join('\n');

  function described({ severity, message, fix }: Diagnosis): readonly string[] {
    const indent = ' '.repeat(width + 4);
    const what = severity === 'error' ? paint('bad', visible(message)) : paint('change', visible(message));
    return [`${indent}${what}`, `${indent}Fix: ${visible(fix)}`];
  }
}

function summary(diagnoses: readonly Diagnosis[]): string {
  const errors = diagnoses.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnoses.length - errors;
  if (diagnoses.length === 0) return 'No problems.';
  return [
    ...(errors > 0 ? [counted(errors, 'problem')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ]
    .join(', ')
    .concat('.');
}
