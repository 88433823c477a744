import { seenText } from '#domain/markdown/inline.ts';
import type { EvidenceField } from '#domain/process/process.ts';
import { inlineText, plainText } from '#domain/text/foreign-text.ts';

/**
 * The table people fill in, as `{{> evidence}}` shows it: the exact field names, and in each empty cell what is expected,
 * in italics. By these words an empty cell is known when it is read back.
 */
export function evidenceTable(fields: readonly EvidenceField[]): string {
  if (fields.length === 0) return '_Nothing to record for this step._\n';
  const rows = fields.map((field) => {
    const hint = hintOf(field, !field.required);
    return `| ${inlineText(field.field)} | ${hint === '' ? '' : `_${hint}_`} |`;
  });
  return ['| Record | Value |', '|---|---|', ...rows, ''].join('\n');
}

/** Names by which the row of a field is known, in the spelling of {@link comparable}: its own, and those it had. */
export function evidenceNames(field: EvidenceField): readonly string[] {
  const known = namesOf.get(field) ?? [field.field, ...(field.formerly ?? [])].map(comparable);
  namesOf.set(field, known);
  return known;
}

/** Every assessment asks for them, row by row; they change with the process only. */
const namesOf = new WeakMap<EvidenceField, readonly string[]>();

/** Text without what people do not mind when they compare: case, and how many blanks there are. */
export function comparable(text: string): string {
  return text.replace(/\s+/g, ' ').trim().toLowerCase();
}

/** What people see in the cell of a field that nobody has filled in, also of one that became required meanwhile, or no longer is. */
export function evidenceHints(field: EvidenceField): readonly string[] {
  const known = hintsOf.get(field) ?? readHints(field);
  hintsOf.set(field, known);
  return known;
}

/** Every assessment asks for them, field by field; they change with the process only. */
const hintsOf = new WeakMap<EvidenceField, readonly string[]>();

function readHints(field: EvidenceField): readonly string[] {
  return [true, false]
    .map((optional) => plainText(seenText(hintOf(field, optional))))
    .filter((hint) => hint !== '');
}

/** What is expected where the process says nothing itself. */
const HINTS: Readonly<Partial<Record<EvidenceField['kind'], string>>> = {
  date: 'YYYY-MM-DD',
  slot: 'weekday, time and time zone',
};

/** One choice alone would look like an answer. */
function hintOf(field: EvidenceField, optional: boolean): string {
  const known = field.kind === 'choice' ? (field.choices ?? []) : [];
  const choices = known.length === 1 ? `write: ${known[0]}` : known.join(', ');
  const expected = field.hint ?? HINTS[field.kind] ?? '';
  return [choices, expected, optional ? 'optional' : '']
    .filter((part) => part !== '')
    .map((part) => inlineText(part))
    .join('; ');
}
