import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_FOLDER } from '#src/package-folder.ts';

/** Version of Procession. */
export async function version(): Promise<string> {
  const text = await readFile(join(PACKAGE_FOLDER, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
