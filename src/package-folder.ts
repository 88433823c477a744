/** Where Procession itself stands: a checkout, or an installed package whose code is bundled into `dist/`. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folder with the `package.json`, the processes and the samples that come with Procession. */
export const PACKAGE_FOLDER = nearestPackage(import.meta.dirname);

/** Bundled code does not stand where its source stood: the way up is searched, not counted. */
function nearestPackage(folder: string): string {
  const above = dirname(folder);
  return existsSync(join(folder, 'package.json')) || above === folder ? folder : nearestPackage(above);
}
