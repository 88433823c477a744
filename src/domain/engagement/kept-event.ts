import { z } from 'zod';

/** Part of an event of GitLab that the inbox keeps: numbers and names of kinds, never a text that a person wrote. */
export const KeptEvent = z.object({
  /** `issue`; `work_item` for epics; `note`; `pipeline`; `sweep`: nobody did anything, the schedule found drift. */
  event: z.string(),
  action: z.string().nullish(),
  /** Global id of the issue, of the work item behind an epic, or of the pipeline. */
  itemId: z.number().nullish(),
  itemIid: z.number().nullish(),
  /** Of the comment, for a `note`. */
  noteId: z.number().nullish(),
});
export type KeptEvent = Readonly<z.infer<typeof KeptEvent>>;
