/** Where Procession itself stands: a checkout, or an installed package whose code is bundled into `dist/`. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folder with the `package.json`, the processes and the samples that come with Procession. */
export const PACKAGE_FOLDER = nearestPackage(import.meta.dirname);

/** The processes that come with Procession. */
export const SHIPPED_TEMPLATES = join(PACKAGE_FOLDER, 'issue_templates');

/** Bundled code does not stand where its source stood: the way up is searched, not counted. */
function nearestPackage(folder: string): string {
  const above = dirname(folder);
  return existsSync(join(folder, 'package.json')) || above === folder ? folder : nearestPackage(above);
}

/**
 * What to do about a process that is not among a project's own but comes with Procession: a folder of one's own hides
 * those. `null`: no such process comes along.
 *
 * @param templates folder of the project's processes, as the person knows it
 */
export function copyFix(id: string, templates: string): string | null {
  const folder = join(SHIPPED_TEMPLATES, id);
  if (!existsSync(join(folder, 'process.yml'))) return null;
  return `It comes with Procession, whose processes are not used beside a folder of your own. Copy it: cp -r ${folder} ${templates}/`;
}
