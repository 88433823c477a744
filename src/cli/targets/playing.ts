/** What `demo` and `sandbox` share. */
import { join } from 'node:path';
import type { Output } from '#cli/terminal/output.ts';
import type { Deal } from '#domain/sow/deal.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { isDeal, type Subject } from '#domain/sow/subject.ts';
import { PACKAGE_FOLDER } from '#src/package-folder.ts';
import type { Wire } from '#wire/wire.ts';

/** The sample SOWs that come with the project. */
export async function samples(wire: Wire, numbers: readonly string[]): Promise<readonly Sow[]> {
  return (await readSamples(wire, 'sows', numbers)).filter((sow) => !isDeal(sow));
}

/** The sample deals that come with the project. */
export async function sampleDeals(wire: Wire, keys: readonly string[]): Promise<readonly Deal[]> {
  return (await readSamples(wire, 'deals', keys)).filter(isDeal);
}

async function readSamples(
  wire: Wire,
  folder: 'sows' | 'deals',
  names: readonly string[],
): Promise<readonly Subject[]> {
  const file = (name: string): string => join(PACKAGE_FOLDER, folder, `${name}.yml`);
  return await Promise.all(names.map(async (name) => (await wire.sow(file(name))).sow));
}

/** Says where the sandbox is and what to try. */
export function announce(output: Output, url: string, lines: readonly string[]): void {
  output.result(output.paint('heading', `Sandbox: ${url}`));
  for (const line of lines) output.result(`  ${line}`);
}
