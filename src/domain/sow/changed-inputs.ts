/** Which of the files that changed in a repository matter to a process. */

import { DEALS_FOLDER, isSowFile, SOWS_FOLDER } from './sow-file.ts';

export interface ChangedInputs {
  /** SOW and deal files that exist. */
  readonly sows: readonly string[];
  /** SOW and deal files that are gone: their engagements are left alone. */
  readonly deletedSows: readonly string[];
  /** Files of processes and settings: they concern every running engagement. */
  readonly process: readonly string[];
}

/** @param places relative to the same folder as the paths of `files` */
export function changedInputs(
  files: readonly { readonly path: string; readonly exists: boolean }[],
  places: { readonly templates: string; readonly configFile: string },
): ChangedInputs {
  const templates = `${normal(places.templates)}/`;
  const configFile = normal(places.configFile);
  const sows = files.filter(({ path }) => isInSows(path));
  return {
    sows: sows.filter(({ exists }) => exists).map(({ path }) => path),
    deletedSows: sows.filter(({ exists }) => !exists).map(({ path }) => path),
    process: files
      .map(({ path }) => path)
      .filter((path) => path.startsWith(templates) || path === configFile),
  };
}

function isInSows(path: string): boolean {
  return [SOWS_FOLDER, DEALS_FOLDER].some(
    (name) => path.startsWith(`${name}/`) && isSowFile(path.slice(name.length + 1)),
  );
}

function normal(path: string): string {
  return path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
}
