import { type Identified, identify } from '#domain/engagement/identify.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import type { ReconcileDeps } from './deps.ts';
import { withUnlabelled, withUnlabelledEpic } from './look-closer.ts';

/** What is ours, also where somebody took the label off. */
export async function identifyAll(
  deps: Pick<ReconcileDeps, 'gitlab' | 'settings'>,
  actual: ActualState,
): Promise<Identified> {
  const found = await identifyCarefully(deps, actual);
  const withEpic = await withUnlabelledEpic(deps.gitlab, actual, found);
  const known = withEpic === actual ? found : await identifyCarefully(deps, withEpic);
  const whole = await withUnlabelled(deps.gitlab, withEpic, known);
  return whole === withEpic ? known : await identifyCarefully(deps, whole);
}

/**
 * Asks who we are only when something carries our marker but was made by somebody unknown: an earlier token, or, of
 * tracking issues, anybody until we have asked.
 */
async function identifyCarefully(
  { gitlab, settings }: Pick<ReconcileDeps, 'gitlab' | 'settings'>,
  actual: ActualState,
): Promise<Identified> {
  const found = identify(actual, [], settings.formerUsers);
  return found.doubtful.length === 0 && found.doubtfulTracking.length === 0
    ? found
    : identify(actual, [(await gitlab.whoAmI()).id], settings.formerUsers);
}
