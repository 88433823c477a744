/** Carries out what `setup` has planned, one action at a time, each safe to repeat. */
import type { Secret } from '#domain/base/secret.ts';
import type { SetupAction } from '#domain/setup/action.ts';
import type { HookAdmin } from '#ports/hooks.ts';
import type { SetupOutcome } from '#ports/installation.ts';
import { addList, createBoard } from './boards.ts';
import type { ActionOf } from './insist.ts';
import { createHook, updateHook } from './installed-hook.ts';
import { createLabel, updateLabel } from './labels.ts';
import { createSchedule, ownSchedule, updateSchedule } from './schedules.ts';
import type { SetupSession } from './session.ts';

/** Tools that actions are carried out with. */
export interface SetupTools {
  readonly session: SetupSession;
  readonly hooks: Pick<HookAdmin, 'test'>;
  /** What a webhook gets where the action says so. */
  readonly secret: Secret | null;
}

type Perform<K extends SetupAction['kind']> = (
  tools: SetupTools,
  action: ActionOf<K>,
) => Promise<SetupOutcome | void>;

const PERFORM: { readonly [K in SetupAction['kind']]: Perform<K> } = {
  'create-label': ({ session }, action) => createLabel(session, action),
  'update-label': ({ session }, action) => updateLabel(session, action),
  'create-board': ({ session }, action) => createBoard(session, action),
  'add-list': ({ session }, action) => addList(session, action),
  'create-hook': ({ session, secret }, action) => createHook(session, action, secret),
  'update-hook': ({ session, secret }, action) => updateHook(session, action, secret),
  'enable-hook': ({ hooks }, action) => enableHook(hooks, action),
  'create-schedule': ({ session }, action) => createSchedule(session, action),
  'own-schedule': ({ session }, action) => ownSchedule(session, action),
  'update-schedule': ({ session }, action) => updateSchedule(session, action),
};

/** Carries out one action. `done`, unless GitLab did as asked and it was no use. */
export async function performAction(tools: SetupTools, action: SetupAction): Promise<SetupOutcome> {
  const perform = PERFORM[action.kind] as Perform<SetupAction['kind']>;
  return (await perform(tools, action)) ?? { kind: 'done' };
}

async function enableHook(
  hookAdmin: Pick<HookAdmin, 'test'>,
  { scope, id }: ActionOf<'enable-hook'>,
): Promise<SetupOutcome> {
  const outcome = await hookAdmin.test({ scope, id }, 'issues_events');
  if (outcome.kind === 'delivered') return { kind: 'done' };
  return {
    kind: 'not-done',
    why: outcome.reason,
    fix: 'Start the service (procession serve), make it reachable for GitLab at this address, and run procession setup again.',
  };
}
