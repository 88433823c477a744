import { z } from 'zod';
import { CHANGE_KINDS, PAPERS } from '#domain/base/settings.ts';
import { Id } from '#domain/process/process.ts';

/** `change_kinds` of the settings. */
export const ChangeKindsSetting = z
  .partialRecord(
    z.enum(CHANGE_KINDS),
    z.strictObject({
      paper: z.enum(PAPERS).optional().describe('The paper on which both sides agree.'),
      approvals: z.array(Id).max(10).optional().describe('Roles of which one person each approves.'),
    }),
  )
  .default({})
  .describe('What a kind of change request needs, where it is not what is customary (docs/changes.md).');
