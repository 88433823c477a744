import type { GitLabOptions } from '#gitlab/engagement/create-gitlab.ts';
import type { InstallationAdmin } from '#ports/installation.ts';
import { createHookAdmin } from './hooks.ts';
import { connectForSetup } from './setup-connection.ts';
import { createInstallationReader } from './setup-read.ts';
import { createInstallationWriter } from './setup-write.ts';

/** Creates the adapter that reads and installs what an installation needs. Makes no request. */
export function createInstallationAdmin(options: GitLabOptions): InstallationAdmin {
  const connection = connectForSetup(options);
  const reader = createInstallationReader(connection);
  return { ...reader, ...createInstallationWriter(connection, reader, createHookAdmin(options)) };
}
