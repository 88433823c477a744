/** Which of the files that changed in a repository matter to a process. */

/** The folder of SOW files. */
export const SOWS_FOLDER = 'sows';

export interface ChangedInputs {
  /** SOW files that exist. */
  readonly sows: readonly string[];
  /** SOW files that are gone: their engagements are left alone. */
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
  const sows = files.filter(({ path }) => isSowFile(path));
  return {
    sows: sows.filter(({ exists }) => exists).map(({ path }) => path),
    deletedSows: sows.filter(({ exists }) => !exists).map(({ path }) => path),
    process: files
      .map(({ path }) => path)
      .filter((path) => path.startsWith(templates) || path === configFile),
  };
}

function isSowFile(path: string): boolean {
  return path.startsWith(`${SOWS_FOLDER}/`) && /\.(?:ya?ml|json)$/i.test(path);
}

function normal(path: string): string {
  return path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
}
