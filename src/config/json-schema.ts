import { z } from 'zod';
import { CaseFile } from '#domain/case/process-case.ts';
import { Effects } from '#domain/changes/effects.ts';
import { MigrationFile } from '#domain/migration/migration-file.ts';
import { EngagementReport } from '#domain/portfolio/engagement-report.ts';
import { Portfolio } from '#domain/portfolio/portfolio.ts';
import { ProcessFile, StepFrontMatter } from '#domain/process/process.ts';
import { Deal } from '#domain/sow/deal.ts';
import { Sow } from '#domain/sow/sow.ts';
import { Mapping } from '#domain/versions/mapping.ts';

/** The JSON Schema of a SOW file and of `/webhooks/crm`; published as `docs/sow.schema.json`. */
export function sowJsonSchema(): object {
  return { title: 'Statement of work', ...z.toJSONSchema(Sow, { io: 'input' }) };
}

/** The JSON Schema of a deal file and of a deal on `/webhooks/crm`; published as `docs/deal.schema.json`. */
export function dealJsonSchema(): object {
  return { title: 'Deal', ...z.toJSONSchema(Deal, { io: 'input' }) };
}

/** The JSON Schema of `process.yml`; published as `docs/process.schema.json`. */
export function processJsonSchema(): object {
  return { title: 'Process', ...z.toJSONSchema(ProcessFile, { io: 'input' }) };
}

/** The JSON Schema of `versions/<a>-to-<b>.yml`; published as `docs/mapping.schema.json`. */
export function mappingJsonSchema(): object {
  return { title: 'Mapping between two versions of a process', ...z.toJSONSchema(Mapping, { io: 'input' }) };
}

/** The JSON Schema of what `migrate --out` writes; published as `docs/migration.schema.json`. */
export function migrationJsonSchema(): object {
  return { title: 'Planned migration', ...z.toJSONSchema(MigrationFile) };
}

/** The JSON Schema of a step's front matter; published as `docs/step.schema.json`. */
export function stepJsonSchema(): object {
  return { title: 'Front matter of a step', ...z.toJSONSchema(StepFrontMatter, { io: 'input' }) };
}

/** The JSON Schema of the effects of a change request, every scalar read as text; published as `docs/change.schema.json`. */
export function changeJsonSchema(): object {
  return { title: 'Effects of a change request', ...z.toJSONSchema(Effects, { io: 'input' }) };
}

/** The JSON Schema of a file of cases; published as `docs/case.schema.json`. */
export function caseJsonSchema(): object {
  return { title: 'Cases of a process', ...z.toJSONSchema(CaseFile, { io: 'input' }) };
}

/** The JSON Schema of `procession report --json` and `/report.json`; published as `docs/report.schema.json`. */
export function reportJsonSchema(): object {
  return { title: 'Report on all engagements', ...z.toJSONSchema(Portfolio) };
}

/** The JSON Schema of `/engagements/<sow>.json`; published as `docs/engagement-report.schema.json`. */
export function engagementReportJsonSchema(): object {
  return {
    title: 'Report on one engagement',
    ...z.toJSONSchema(
      EngagementReport.extend(Portfolio.pick({ version: true, at: true, today: true, timeZone: true }).shape),
    ),
  };
}
