import type { GitLabOptions } from '#gitlab/engagement/create-gitlab.ts';
import type { InstallationAdmin } from '#ports/installation.ts';
import { createHookAdmin } from './hooks.ts';
import { performAction } from './perform-action.ts';
import { readInstallation } from './read-installation.ts';
import { openSetupSession } from './session.ts';

/** Creates the adapter that reads and installs what an installation needs. Makes no request, and keeps nothing. */
export function createInstallationAdmin(options: GitLabOptions): InstallationAdmin {
  const session = openSetupSession(options);
  const hooks = createHookAdmin(options);
  return {
    read: (usernames) => readInstallation(session, usernames),
    perform: (action, secret) => performAction({ session, hooks, secret }, action),
  };
}
