/** The processes as a project has them that begins to edit its own: each has one version, whatever ours grow to. */
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const shipped = join(import.meta.dirname, '../../issue_templates');

/** Copies version 1 of `delivery`, which never changes, as the current one and as the frozen one. */
export async function copyFirstDelivery(to: string): Promise<void> {
  await copyFirst('delivery', to);
}

/** Copies all processes into a folder `issue_templates`. */
export async function copyFirstProcesses(to: string): Promise<void> {
  await Promise.all(['delivery', 'quote-to-signoff'].map(async (id) => await copyFirst(id, join(to, id))));
}

/** Copies version 1 of a process into its folder. */
export async function copyFirst(id: string, to: string): Promise<void> {
  const frozen = join(shipped, id, 'versions/1');
  await mkdir(join(to, 'versions'), { recursive: true });
  await cp(frozen, join(to, 'versions/1'), { recursive: true });
  for (const file of await readdir(frozen))
    if (file !== 'frozen.json') await cp(join(frozen, file), join(to, file));
}
