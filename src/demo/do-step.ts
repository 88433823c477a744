/**
 * Does a step as a diligent person would: ticks the list, fills in the evidence table, closes the issue.
 * Used by the demo and by tests that walk a whole engagement.
 */
import type { EvidenceField } from '#domain/process.ts';
import type { Operations } from '#sandbox/operations.ts';
import type { Issue, User } from '#sandbox/world.ts';

/** Ticks every box and fills every evidence cell, without closing. */
export function fillIn(
  operations: Operations,
  user: User,
  issue: Issue,
  fields: readonly EvidenceField[],
): void {
  operations.updateIssue(user, issue, { description: fillEvidence(tickAll(issue.description), fields) });
}

/** {@link fillIn}, then closes. */
export function doStep(
  operations: Operations,
  user: User,
  issue: Issue,
  fields: readonly EvidenceField[],
): void {
  fillIn(operations, user, issue, fields);
  operations.updateIssue(user, issue, { stateEvent: 'close' });
}

/** Ticks every task-list item of a description. */
export function tickAll(description: string): string {
  return description.replaceAll(/^(\s*(?:>\s*)*(?:[-*+]|\d+[.)])\s+)\[ \]/gm, '$1[x]');
}

/** Writes a fitting value into the second cell of the row of each field. */
export function fillEvidence(description: string, fields: readonly EvidenceField[]): string {
  const answers = new Map(fields.map((field) => [field.field, answer(field)]));
  return description
    .split('\n')
    .map((line) => {
      const field = line.startsWith('|') ? (line.split('|')[1]?.trim() ?? '') : '';
      const value = answers.get(field);
      return value === undefined ? line : `| ${field} | ${value} |`;
    })
    .join('\n');
}

function answer({ kind, choices }: EvidenceField): string {
  switch (kind) {
    case 'date':
      return '2026-12-01';
    case 'url':
      return 'https://drive.example.com/record';
    case 'number':
      return '12';
    case 'choice':
      return choices?.[0] ?? 'yes';
    case 'person':
    case 'text':
      return 'Ada Example';
  }
}
