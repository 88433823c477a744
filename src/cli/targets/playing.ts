/** What `demo` and `sandbox` share. */
import { join } from 'node:path';
import type { CommandContext } from '#cli/terminal/command.ts';
import type { Output } from '#cli/terminal/output.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { PACKAGE_FOLDER } from '#src/package-folder.ts';
import type { Wire } from '#wire/wire.ts';

/** The sample SOWs that come with the project. */
export async function samples(wire: Wire, numbers: readonly string[]): Promise<readonly Sow[]> {
  const file = (number: string): string => join(PACKAGE_FOLDER, 'sows', `${number}.yml`);
  return await Promise.all(numbers.map(async (number) => (await wire.sow(file(number))).sow));
}

/** The port asked for, else the default. @throws UsageError when it is none. */
export function portOf(context: CommandContext, otherwise: number): number {
  const text = context.text('port');
  if (text === undefined) return otherwise;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(
      `--port ${text}: expected a number from 0 (any free port) to 65535`,
      'procession demo --help',
    );
  return port;
}

/** Says where the sandbox is and what to try. */
export function announce(output: Output, url: string, lines: readonly string[]): void {
  output.result(output.paint('heading', `Sandbox: ${url}`));
  for (const line of lines) output.result(`  ${line}`);
}
