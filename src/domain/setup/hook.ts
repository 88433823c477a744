import { MAINTAINER, OWNER, signsWebhooks } from '#domain/base/gitlab-version.ts';
import {
  HOOK_EVENTS,
  type HookEventName,
  type Obstacle,
  type SetupAction,
  type SetupPart,
} from './action.ts';
import { type ActualHook, type HookScope, hasNoSecret, isDisabled, isOurs } from './actual-hook.ts';
import { type Installation, offersGroupHooks, valuesOf } from './installation.ts';
import { type WantedHook, WEBHOOK_PATH } from './wanted-installation.ts';

const NEW_SECRET =
  'Make one with procession setup --new-secret, put it into GITLAB_WEBHOOK_SECRETS of the service and of this command, and run setup again.';

/**
 * Plans the webhook: of the group where the licence has that, because only a group's webhook hears of epics; else of
 * the project. A project webhook that is there already will do where the token may not touch the group's.
 */
export function planHook(wanted: WantedHook | null, actual: Installation): SetupPart {
  if (wanted === null) return {};
  const scope: HookScope = offersGroupHooks(actual.capabilities) ? 'group' : 'project';
  const hooks = [...valuesOf(actual.groupHooks), ...valuesOf(actual.projectHooks)].filter((hook) =>
    isOurs(hook, { url: wanted.url, path: WEBHOOK_PATH }),
  );
  const found = hooks.find((hook) => hook.scope === scope);
  if (found !== undefined) return repair(found, wanted, actual, hooks);
  const denied = deniedBecause(scope, actual);
  if (denied === null) return creation(scope, wanted, actual, hooks);
  const other = hooks[0];
  if (other === undefined) return { obstacles: [denied] };
  return {
    ...repair(other, wanted, actual, hooks),
    notes: [
      'The webhook is of the project, so changes of epics are only seen by the sweep. For a group webhook run procession setup with a token of an Owner of the group.',
    ],
  };
}

function deniedBecause(scope: HookScope, actual: Installation): Obstacle | null {
  const read = scope === 'group' ? actual.groupHooks : actual.projectHooks;
  const [level, needed, role] =
    scope === 'group' ? [actual.groupLevel, OWNER, 'Owner'] : [actual.projectLevel, MAINTAINER, 'Maintainer'];
  if (read.kind === 'read' && level >= needed) return null;
  return {
    what: `the ${scope} webhook`,
    why: `webhooks of a ${scope} take the role ${role}, and the token's user has less`,
    fix: `Run procession setup once with a token of ${role === 'Owner' ? 'an Owner of the group' : 'a Maintainer of the project'}; later runs and the service need less. Or leave the webhook out: procession setup --no-hook.`,
  };
}

function creation(
  scope: HookScope,
  wanted: WantedHook,
  actual: Installation,
  others: readonly ActualHook[],
): SetupPart {
  const trouble = secretTrouble(wanted, actual);
  if (trouble !== null) return { obstacles: [trouble] };
  const { url, secret } = wanted;
  if (secret === null) return {};
  return { actions: [{ kind: 'create-hook', scope, url, secret }], notes: doubled(others) };
}

/** Two hooks deliver everything twice: harmless, but nobody's wish. Deleting one is for people. */
function doubled(others: readonly ActualHook[]): readonly string[] {
  return others.map(
    ({ id, scope }) =>
      `The ${scope} webhook ${id} delivers the same again: delete it in GitLab when the new one works.`,
  );
}

function secretTrouble({ secret }: WantedHook, { version }: Installation): Obstacle | null {
  if (secret === null)
    return { what: 'the webhook', why: 'there is no secret in GITLAB_WEBHOOK_SECRETS', fix: NEW_SECRET };
  if (secret === 'signing-token' && !signsWebhooks(version))
    return {
      what: 'the webhook',
      why: `the first of GITLAB_WEBHOOK_SECRETS is a signing token, and GitLab ${version} has none (19.0 and newer do)`,
      fix: 'Put a secret without whsec_ first, for example of openssl rand -hex 32, there and in the service.',
    };
  return null;
}

function repair(
  hook: ActualHook,
  wanted: WantedHook,
  actual: Installation,
  all: readonly ActualHook[],
): SetupPart {
  const { id, scope } = hook;
  const events = HOOK_EVENTS.filter((event: HookEventName) => !hook.events[event]);
  const lacks = hasNoSecret(hook) || wanted.renewSecret || needsSigning(hook, wanted);
  const trouble = lacks ? secretTrouble(wanted, actual) : null;
  const secret = lacks && trouble === null ? wanted.secret : null;
  const actions: SetupAction[] = [];
  if (events.length > 0 || secret !== null)
    actions.push({ kind: 'update-hook', scope, id, url: wanted.url, events, secret });
  if (isDisabled(hook)) actions.push({ kind: 'enable-hook', scope, id, url: wanted.url });
  return {
    actions,
    obstacles: trouble === null ? [] : [trouble],
    notes: doubled(all.filter((other) => other !== hook)),
  };
}

/** A hook that could sign and does not, where our first secret is a signing token. */
function needsSigning({ signingTokenPresent }: ActualHook, { secret }: WantedHook): boolean {
  return secret === 'signing-token' && signingTokenPresent === false;
}
