/** What is a SOW file: one answer for lint, plan, apply and pipelines. */
import { type EngagementKey, subjectOf } from '#domain/base/keys.ts';

/** The folder of SOW files, with folders of people's own in it. */
export const SOWS_FOLDER = 'sows';

/** The folder of deals, as {@link SOWS_FOLDER} is for SOWs. */
export const DEALS_FOLDER = 'deals';

/** Folder in {@link SOWS_FOLDER} for SOWs that are kept and no longer worked on. */
const ARCHIVE = 'archive';

/** Whether a single file, by its name alone, can be a SOW. @example isSowFileName('SOW-1042.yml') */
export function isSowFileName(name: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(name) && name !== 'procession.yml' && !name.startsWith('.');
}

/**
 * Whether a file in the folder of SOWs is one that is linted, planned and applied: at any depth, but neither hidden nor
 * in the archive.
 *
 * @param path below the folder, `/` between folders: `emea/SOW-1042.yml`
 */
export function isSowFile(path: string): boolean {
  const folders = path.split('/');
  const name = folders.pop() ?? '';
  return isSowFileName(name) && folders[0] !== ARCHIVE && !folders.some((folder) => folder.startsWith('.'));
}

/** Path of the file of an engagement, as its number or key names it. @example fileNamed('DEAL-7') // 'deals/DEAL-7.yml' */
export function fileNamed(engagement: EngagementKey): string {
  return `${subjectOf(engagement) === 'deal' ? DEALS_FOLDER : SOWS_FOLDER}/${engagement}.yml`;
}
