import type { CommandContext } from './command.ts';
import { UsageError } from './usage-error.ts';

/** Port that `--port` names; `undefined` without that option. @throws UsageError when it is none. */
export function portOf(context: Pick<CommandContext, 'text'>, command: string): number | undefined {
  const text = context.text('port');
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new UsageError(
      `--port ${text}: expected a number from 0 (any free port) to 65535.`,
      `procession ${command} --help`,
    );
  return port;
}
