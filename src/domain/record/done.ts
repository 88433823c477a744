/** The end of a step, as the record keeps it. */
import { z } from 'zod';

/** How a step came to be done. `with epic`: a tracker that ended with the engagement. `found`: before it was recorded. */
const DONE_BY = ['rules', 'waiver', 'silence', 'pipeline', 'with epic', 'warn', 'found'] as const;

/** That a step is done: decided once, and no later rule changes it. Only opening the issue does. */
export const Done = z.object({
  /** `2027-01-25`, in the calendar's time zone. */
  on: z.iso.date(),
  /** Username of whoever closed the issue; `null` where GitLab does not tell. */
  by: z.string().nullable(),
  how: z.enum(DONE_BY),
});
export type Done = Readonly<z.infer<typeof Done>>;
