import type { AuditLog } from './audit-log.ts';
import type { Inbox } from './inbox.ts';

/** All that the service keeps outside GitLab, in one database. Closing it closes both. */
export interface Store extends Inbox {
  readonly audit: AuditLog;
}
