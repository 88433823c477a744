/** The evidence that the success of a pipeline is. */

import type { Step } from '#domain/process/process.ts';
import type { PipelineRun } from '#domain/rulings/pipeline-run.ts';
import { fillCells } from '#domain/text/fill-in.ts';
import { type EvidenceReading, readEvidence } from './evidence.ts';

/** Cell of the evidence table that a successful pipeline fills in. */
export interface RunEvidence {
  readonly field: string;
  readonly value: string;
}

/** Adds what the pipeline's success says where people wrote nothing; until then nobody is asked for that evidence. */
export function withRunEvidence(
  evidence: readonly EvidenceReading[],
  step: Step,
  run: PipelineRun | null,
): readonly EvidenceReading[] {
  const field = step.pipeline?.records;
  if (field === undefined) return evidence;
  const value = runEvidence(step, run)?.value ?? null;
  return evidence.map((reading) =>
    reading.field === field && reading.value === null ? { ...reading, value, problem: null } : reading,
  );
}

/** Gives the cell to be written into the table of an issue: once, and never over words of people. */
export function evidenceToWrite(
  step: Step,
  run: PipelineRun | null,
  description: string,
): RunEvidence | null {
  const found = run?.used === true ? null : runEvidence(step, run);
  return found === null || withEvidence(description, found, step) === description ? null : found;
}

/** Fills a cell of the table in a description, unless somebody has filled it in. */
export function withEvidence(
  description: string,
  { field, value }: RunEvidence,
  { done_when }: Step,
): string {
  const known = done_when.evidence.filter((candidate) => candidate.field === field);
  const isEmpty = readEvidence(description, known).some((reading) => reading.value === null);
  return isEmpty ? fillCells(description, new Map([[field, value]])) : description;
}

function runEvidence({ pipeline, done_when }: Step, run: PipelineRun | null): RunEvidence | null {
  const field = done_when.evidence.find((known) => known.field === pipeline?.records);
  if (field === undefined || run?.state !== 'success') return null;
  const value = field.kind === 'date' ? run.on : run.url;
  return value === null ? null : { field: field.field, value };
}
