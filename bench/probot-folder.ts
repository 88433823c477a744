import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const VERSION = '14.3.2';

/**
 * Installs Probot into a folder of its own, once: with what it needs it is 90 MB, too much for a dependency of
 * ours. `null`, said loudly, when npm cannot get it.
 */
export async function installProbot(): Promise<string | null> {
  const folder = join(import.meta.dirname, '../node_modules/.cache/procession-bench/probot');
  if (existsSync(join(folder, 'node_modules/probot/lib/index.js'))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const install = ['install', '--ignore-scripts', '--no-fund', '--no-audit', `probot@${VERSION}`];
  try {
    await promisify(execFile)('npm', install, { cwd: folder });
    return folder;
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n').at(-1) : String(error);
    console.warn(`!! Probot could not be installed, its rows are missing: ${why}`);
    return null;
  }
}
