import type { Secret } from '#domain/base/secret.ts';
import type { Obstacle, SetupAction } from '#domain/setup/action.ts';
import { setupActionText } from '#domain/setup/action.ts';
import type { InstallationWriter } from '#ports/installation.ts';

/** Hears of the actions as they are carried out. */
export interface SetupProgress {
  /** Before each action, from 0. */
  readonly starting: (index: number, action: SetupAction) => void;
  /** After each that was carried out. */
  readonly done: (action: SetupAction) => void;
}

/**
 * Carries out the actions in order. An error ends it: what was done stays, and the next run plans the rest.
 *
 * @returns what GitLab did as asked and was no use
 */
export async function applySetup(
  writer: InstallationWriter,
  actions: readonly SetupAction[],
  { secret, progress }: { readonly secret: Secret | null; readonly progress: SetupProgress },
): Promise<readonly Obstacle[]> {
  const obstacles: Obstacle[] = [];
  for (const [index, action] of actions.entries()) {
    progress.starting(index, action);
    const outcome = await writer.perform(action, secret);
    if (outcome.kind === 'done') progress.done(action);
    else obstacles.push({ what: setupActionText(action), why: outcome.why, fix: outcome.fix });
  }
  return obstacles;
}
