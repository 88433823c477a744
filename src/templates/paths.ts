/** Where files and folders are that a person named. */
import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { SHIPPED_TEMPLATES } from '#src/package-folder.ts';

/** Where processes are when the settings say nothing. */
export const TEMPLATES_FOLDER = 'issue_templates';

/** Finds the templates folder of the settings; where `cwd` has none, the processes that come with Procession. */
export function templatesFolder(templates: string, cwd: string): string {
  const own = pathFrom(cwd, templates);
  if (templates !== TEMPLATES_FOLDER || existsSync(own)) return own;
  return SHIPPED_TEMPLATES;
}

/** A path from `cwd` as the person wrote it where that works from here too, so that messages repeat it. */
export function pathFrom(cwd: string, path: string): string {
  if (isAbsolute(path)) return path;
  const fromHere = relative(process.cwd(), resolve(cwd, path));
  return fromHere === '' ? '.' : fromHere;
}
