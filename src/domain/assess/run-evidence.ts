/** The evidence that the success of a pipeline is. */

import type { Step } from '#domain/process/process.ts';
import type { PipelineRun } from '#domain/rulings/pipeline-run.ts';
import type { EvidenceReading } from './evidence.ts';
import { type FilledCell, withValues } from './filled-cells.ts';

/** Adds what the pipeline's success says where people wrote nothing; until then nobody is asked for that evidence. */
export function withRunEvidence(
  evidence: readonly EvidenceReading[],
  step: Step,
  run: PipelineRun | null,
): readonly EvidenceReading[] {
  const cells = runCells(step, run);
  if (cells.length > 0) return withValues(evidence, cells);
  const field = step.pipeline?.records;
  return evidence.map((reading) =>
    reading.field === field && reading.value === null ? { ...reading, problem: null } : reading,
  );
}

/** The cell that a pipeline's success is written into: once. */
export function runCellsToWrite(step: Step, run: PipelineRun | null): readonly FilledCell[] {
  return run?.used === true ? [] : runCells(step, run);
}

function runCells({ pipeline, done_when }: Step, run: PipelineRun | null): readonly FilledCell[] {
  const field = done_when.evidence.find((known) => known.field === pipeline?.records);
  if (field === undefined || run?.state !== 'success') return [];
  const value = field.kind === 'date' ? run.on : run.url;
  return value === null ? [] : [{ field: field.field, value }];
}
