/** What `demo` and `sandbox` share. */
import { join } from 'node:path';
import type { Output } from '#cli/terminal/output.ts';
import type { Deal } from '#domain/sow/deal.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { isDeal } from '#domain/sow/subject.ts';
import { PACKAGE_FOLDER } from '#src/package-folder.ts';
import type { Wire } from '#wire/wire.ts';

/** The sample SOWs that come with the project. */
export async function samples(wire: Wire, numbers: readonly string[]): Promise<readonly Sow[]> {
  const file = (number: string): string => join(PACKAGE_FOLDER, 'sows', `${number}.yml`);
  const read = await Promise.all(numbers.map(async (number) => (await wire.sow(file(number))).sow));
  return read.filter((sow) => !isDeal(sow));
}

/** The sample deals that come with the project. */
export async function sampleDeals(wire: Wire, keys: readonly string[]): Promise<readonly Deal[]> {
  const file = (key: string): string => join(PACKAGE_FOLDER, 'deals', `${key}.yml`);
  const read = await Promise.all(keys.map(async (key) => (await wire.sow(file(key))).sow));
  return read.filter((deal) => isDeal(deal));
}

/** Says where the sandbox is and what to try. */
export function announce(output: Output, url: string, lines: readonly string[]): void {
  output.result(output.paint('heading', `Sandbox: ${url}`));
  for (const line of lines) output.result(`  ${line}`);
}
