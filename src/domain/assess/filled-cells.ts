/** Cells of evidence tables that Procession fills in: from what it knows itself, and never over words of people. */

import type { Step } from '#domain/process/process.ts';
import { fillCells } from '#domain/text/fill-in.ts';
import { type EvidenceReading, readEvidence } from './evidence.ts';

/** Cell of the evidence table, with the value for it. */
export interface FilledCell {
  readonly field: string;
  readonly value: string;
}

/** Adds the values of cells where people wrote nothing. */
export function withValues(
  evidence: readonly EvidenceReading[],
  cells: readonly FilledCell[],
): readonly EvidenceReading[] {
  return evidence.map((reading) => {
    const cell = cells.find(({ field }) => field === reading.field);
    return reading.value === null && cell !== undefined
      ? { ...reading, value: cell.value, problem: null }
      : reading;
  });
}

/** Those cells that are empty in a description, and are there. */
export function emptyCells(
  cells: readonly FilledCell[],
  description: string,
  step: Step,
): readonly FilledCell[] {
  return cells.filter((cell) => withCells(description, [cell], step) !== description);
}

/** Fills cells of the table in a description, unless somebody has filled them in. */
export function withCells(description: string, cells: readonly FilledCell[], { done_when }: Step): string {
  const fields = new Set(cells.map(({ field }) => field));
  const known = done_when.evidence.filter(({ field }) => fields.has(field));
  const empty = new Set(
    readEvidence(description, known).flatMap(({ field, value }) => (value === null ? [field] : [])),
  );
  const values = cells.flatMap(({ field, value }) => (empty.has(field) ? [[field, value] as const] : []));
  return fillCells(description, new Map(values));
}
