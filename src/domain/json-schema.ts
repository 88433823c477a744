import { z } from 'zod';
import { StepFrontMatter } from './process.ts';
import { CaseFile } from './process-case.ts';
import { Sow } from './sow.ts';

/** The JSON Schema of a SOW file and of `/webhooks/crm`; published as `docs/sow.schema.json`. */
export function sowJsonSchema(): object {
  return { title: 'Statement of work', ...z.toJSONSchema(Sow, { io: 'input' }) };
}

/** The JSON Schema of a step's front matter; published as `docs/step.schema.json`. */
export function stepJsonSchema(): object {
  return { title: 'Front matter of a step', ...z.toJSONSchema(StepFrontMatter, { io: 'input' }) };
}

/** The JSON Schema of a file of cases; published as `docs/case.schema.json`. */
export function caseJsonSchema(): object {
  return { title: 'Cases of a process', ...z.toJSONSchema(CaseFile, { io: 'input' }) };
}
