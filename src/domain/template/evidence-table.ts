import type { EvidenceField } from '#domain/process/process.ts';
import { inlineText } from '#domain/text/foreign-text.ts';

/**
 * The table people fill in, as `{{> evidence}}` shows it: the exact field names, and in each empty cell what is expected,
 * in italics. A cell that holds nothing but italics counts as empty when it is read back.
 */
export function evidenceTable(fields: readonly EvidenceField[]): string {
  if (fields.length === 0) return '_Nothing to record for this step._\n';
  const rows = fields.map((field) => `| ${inlineText(field.field)} | ${placeholder(field)} |`);
  return ['| Record | Value |', '|---|---|', ...rows, ''].join('\n');
}

function placeholder(field: EvidenceField): string {
  const choices = field.kind === 'choice' ? (field.choices ?? []).join(', ') : '';
  const expected = field.hint ?? (field.kind === 'date' ? 'YYYY-MM-DD' : '');
  const parts = [choices, expected, field.required ? '' : 'optional'].filter((part) => part !== '');
  return parts.length === 0 ? '' : `_${parts.map((part) => inlineText(part)).join('; ')}_`;
}
