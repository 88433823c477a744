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
  const field = step.done_when.evidence.find((known) => known.field === found?.field);
  if (found === null || field === undefined) return null;
  const isEmpty = readEvidence(description, [field])[0]?.value === null;
  return isEmpty && withEvidence(description, found) !== description ? found : null;
}

/** Fills a cell of the table in a description. */
export function withEvidence(description: string, { field, value }: RunEvidence): string {
  return fillCells(description, new Map([[field, value]]));
}

function runEvidence({ pipeline, done_when }: Step, run: PipelineRun | null): RunEvidence | null {
  const field = done_when.evidence.find((known) => known.field === pipeline?.records);
  if (field === undefined || run?.state !== 'success') return null;
  const value = field.kind === 'date' ? run.on : run.url;
  return value === null ? null : { field: field.field, value };
}
