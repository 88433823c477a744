import { parseKey } from '#cli/targets/target.ts';
import type { Command } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import type { AuditEntry } from '#ports/audit-log.ts';
import { visible } from '#render/paint.ts';
import { limitOf } from './inbox.ts';

export const command: Command = {
  name: 'audit',
  summary: 'read the audit log of the service: what came in, what was done, what came of it',
  usage: '[SOW-n] [options]',
  positionals: { min: 0, max: 1 },
  options: {
    since: {
      type: 'string',
      placeholder: 'time',
      help: 'Only entries from this instant on, for example 2026-12-01T00:00:00Z',
    },
    limit: { type: 'string', placeholder: 'n', help: 'At most so many, newest first (default 50)' },
    json: { type: 'boolean', help: 'Print as JSON' },
  },
  details: [
    'The service writes a line for every action on GitLab: when, for which engagement, what woke it, the request id (the same in the log lines and in the webhook header), the action and its result. Append only. Needs the same PROCESSION_DATA or DATABASE_URL as the service, and no GitLab.',
    'Exit codes: 0 done, 2 settings or options, 3 not a SOW number, 75 the store cannot be reached.',
  ].join('\n\n'),
  examples: ['procession audit SOW-1042', 'procession audit --since 2026-12-01T00:00:00Z --json'],
  run: async (context) => {
    const [sow] = context.positionals;
    const since = context.text('since');
    const store = await context.wire.store();
    try {
      const entries = await store.audit.read({
        limit: limitOf(context),
        ...(sow === undefined ? {} : { engagement: parseKey(sow) }),
        ...(since === undefined ? {} : { since }),
      });
      if (context.flag('json')) context.output.json({ version: 1, entries });
      else for (const entry of entries) context.output.result(lineOf(entry));
      return EXIT.done;
    } finally {
      await store.close();
    }
  },
};

function lineOf({ at, engagement, event, requestId, action, result, detail }: AuditEntry): string {
  return `${at}  ${engagement ?? '–'}  ${visible(action)}  ${result}${detail === null ? '' : `: ${visible(detail)}`}  (${event}, ${requestId})`;
}
