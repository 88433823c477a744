/**
 * Does a step as a diligent person would: ticks the list, fills in the evidence table, closes the issue.
 * Used by the demo and by tests that walk a whole engagement.
 */
import { fittingValue } from '#domain/case/fitting-value.ts';
import type { EvidenceField } from '#domain/process/process.ts';
import { fillCells, tickAll } from '#domain/text/fill-in.ts';
import type { Operations } from '#sandbox/operations.ts';
import type { Issue, User } from '#sandbox/world.ts';

/** Ticks every box and fills every evidence cell, without closing. */
export function fillIn(
  operations: Operations,
  user: User,
  issue: Issue,
  fields: readonly EvidenceField[],
): void {
  // The day of the sandbox, whose clock need not be that of the machine.
  const today = issue.updatedAt.slice(0, 10);
  const description = fillEvidence(tickAll(issue.description), fields, today);
  operations.updateIssue(user, issue, { description });
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

/** Writes a fitting value into the second cell of the row of each field. @param today the day on which everything has happened */
export function fillEvidence(description: string, fields: readonly EvidenceField[], today: string): string {
  return fillCells(description, new Map(fields.map((field) => [field.field, fittingValue(field, today)])));
}
