import type { AuditLog } from './audit-log.ts';
import type { Inbox } from './inbox.ts';
import type { LookMemory } from './look-memory.ts';

/** All that the service keeps outside GitLab, in one database. Closing it closes all of it. */
export interface Store extends Inbox {
  readonly audit: AuditLog;
  readonly looks: LookMemory;
}
