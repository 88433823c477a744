import { describe, expect, it } from 'vitest';
import {
  caseJsonSchema,
  changeJsonSchema,
  dealJsonSchema,
  engagementReportJsonSchema,
  mappingJsonSchema,
  migrationJsonSchema,
  processJsonSchema,
  reportJsonSchema,
  sowJsonSchema,
  stepJsonSchema,
} from '#config/json-schema.ts';
import { configJsonSchema } from '#config/procession-file.ts';

const text = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;

/** Written anew by `npx vitest run test/unit/config -u`. */
describe('docs/*.schema.json', () => {
  it.each([
    ['procession', configJsonSchema],
    ['case', caseJsonSchema],
    ['change', changeJsonSchema],
    ['process', processJsonSchema],
    ['mapping', mappingJsonSchema],
    ['migration', migrationJsonSchema],
    ['sow', sowJsonSchema],
    ['deal', dealJsonSchema],
    ['step', stepJsonSchema],
    ['report', reportJsonSchema],
    ['engagement-report', engagementReportJsonSchema],
  ])('publishes the schema of %s', async (name, schema) => {
    await expect(text(schema())).toMatchFileSnapshot(`../../../docs/${name}.schema.json`);
  });
});
