/** Rules about the webhook, which matters only where a service listens. */

import { OWNER, signsWebhooks } from '#domain/base/gitlab-version.ts';
import type { Details } from '#domain/base/sentence.ts';
import { EVENT_WORDS, HOOK_EVENTS } from '#domain/setup/action.ts';
import {
  type ActualHook,
  disabledFor,
  type HookScope,
  hasNoSecret,
  isDisabled,
  isOurs,
  shownUrl,
} from '#domain/setup/actual-hook.ts';
import { hasNeededRole, offersGroupHooks, valuesOf } from '#domain/setup/installation.ts';
import { WEBHOOK_PATH } from '#domain/setup/wanted-installation.ts';
import { pageOf, RUN_SETUP, type Rule } from './diagnosis.ts';
import type { DoctorFacts } from './facts.ts';

const NO_HOOK = 'No webhook calls {url}: changes in GitLab are only seen by the sweep.';

/** Rules about a webhook that is wanted. None applies where no service is. */
export const HOOK_RULES: readonly Rule<DoctorFacts>[] = [
  {
    id: 'webhook-secret-missing',
    area: 'config',
    severity: 'error',
    applies: ({ wanted: { hook } }) => hook !== null && hook.secret === null,
    says: 'procession.yml names a service, and GITLAB_WEBHOOK_SECRETS is empty: the service does not start without.',
    fix: 'Make a secret with procession setup --new-secret, and set GITLAB_WEBHOOK_SECRETS to it here and for the service.',
  },
  {
    id: 'signing-token-unsupported',
    area: 'webhook',
    severity: 'error',
    applies: ({ wanted: { hook }, installation: { version } }) =>
      hook?.secret === 'signing-token' && version !== '' && !signsWebhooks(version) && { version },
    says: 'The first of GITLAB_WEBHOOK_SECRETS is a signing token, and GitLab {version} cannot sign (19.0 and newer do).',
    fix: 'Put a secret without whsec_ first, for example of openssl rand -hex 32, here and for the service.',
  },
  {
    id: 'webhooks-unreadable',
    area: 'webhook',
    severity: 'warning',
    applies: hooksUnread,
    says: 'The webhooks of the {scope} cannot be read with this token, so whether GitLab calls the service is not known.',
    fix: 'Run procession doctor with a token of {whom}, or look under {page}.',
  },
  {
    id: 'webhook-missing',
    area: 'webhook',
    severity: 'error',
    applies: (facts) => !takesAnOwner(facts) && missingHook(facts),
    says: NO_HOOK,
    fix: RUN_SETUP,
  },
  {
    id: 'webhook-missing',
    area: 'webhook',
    severity: 'error',
    applies: (facts) => takesAnOwner(facts) && missingHook(facts),
    says: NO_HOOK,
    fix: 'Run procession setup with a token of an Owner of the group.',
  },
  {
    id: 'webhook-elsewhere',
    area: 'webhook',
    severity: 'error',
    applies: hooksElsewhere,
    says: 'No webhook calls {url}, which service.url in procession.yml makes it; the {scope} webhook {id} calls {called}.',
    fix: 'Correct the one that is wrong: service.url, or the webhook under {page}. If that one belongs to another installation, run procession setup.',
  },
  {
    id: 'webhook-disabled',
    area: 'webhook',
    severity: 'error',
    applies: (facts) =>
      hooksOfService(facts)
        .filter(isDisabled)
        .map((hook) => ({ scope: hook.scope, howLong: disabledFor(hook), url: shownUrl(hook.url) })),
    says: 'GitLab has disabled the {scope} webhook {howLong}, because deliveries kept failing.',
    fix: 'Make the service reachable for GitLab at {url}, then run procession setup: a test delivery that arrives enables it again. After that run procession sweep.',
  },
  {
    id: 'webhook-failing',
    area: 'webhook',
    severity: 'error',
    applies: (facts) => hooksOfService(facts).flatMap((hook) => failingDeliveries(hook, facts)),
    says: '{what} of the {scope} webhook failed in the last 24 hours; the newest was answered: {status}.',
    fix: '{advice} A running service asks GitLab to send them again; details: {page}.',
  },
  {
    id: 'webhook-events',
    area: 'webhook',
    severity: 'error',
    applies: (facts) => {
      const missing = missingEvents(hooksOfService(facts));
      return missing.length > 0 && { missing: missing.join(', ') };
    },
    says: 'The webhook does not send {missing}: what they would tell is only seen by the sweep.',
    fix: RUN_SETUP,
  },
  {
    id: 'webhook-without-secret',
    area: 'webhook',
    severity: 'error',
    applies: (facts) =>
      hooksOfService(facts)
        .filter(hasNoSecret)
        .map(({ scope }) => ({ scope })),
    says: 'The {scope} webhook has no secret, so the service refuses its deliveries.',
    fix: RUN_SETUP,
  },
];

/** Hooks that deliver to the service of `procession.yml`. */
export function hooksOfService({ installation, wanted }: Omit<DoctorFacts, 'failed'>): readonly ActualHook[] {
  if (wanted.hook === null) return [];
  const { url } = wanted.hook;
  return allHooks(installation).filter((hook) => isOurs(hook, { url, path: WEBHOOK_PATH }));
}

function allHooks({ groupHooks, projectHooks }: DoctorFacts['installation']): readonly ActualHook[] {
  return [...valuesOf(groupHooks), ...valuesOf(projectHooks)];
}

/** Hooks that have our path and another host: moved, or of another installation in the same group. */
function strayHooks({ installation }: DoctorFacts): readonly ActualHook[] {
  return allHooks(installation).filter((hook) => isOurs(hook, { path: WEBHOOK_PATH }));
}

/** Where `setup` makes the webhook, and whether it could be read there. */
function wantedScope({ installation }: DoctorFacts): { readonly scope: HookScope; readonly isRead: boolean } {
  const { capabilities, groupHooks, projectHooks } = installation;
  return offersGroupHooks(capabilities)
    ? { scope: 'group', isRead: groupHooks.kind === 'read' }
    : { scope: 'project', isRead: projectHooks.kind === 'read' };
}

/** The group's hooks take an Owner; a project hook that is seen will do. */
function hooksUnread(facts: DoctorFacts): false | Details {
  const { installation, wanted } = facts;
  const { scope, isRead } = wantedScope(facts);
  if (wanted.hook === null || hooksOfService(facts).length > 0 || isRead) return false;
  if (installation[scope].kind === 'refused' || !hasNeededRole(installation)) return false;
  const whom = scope === 'group' ? 'an Owner of the group' : 'a Maintainer of the project';
  return { scope, whom, page: pageOf(installation, scope, '-/hooks') };
}

function missingHook(facts: DoctorFacts): false | Details {
  const { hook } = facts.wanted;
  const isThere = [...hooksOfService(facts), ...strayHooks(facts)].length > 0;
  return hook !== null && !isThere && wantedScope(facts).isRead && { url: hook.url };
}

function takesAnOwner(facts: DoctorFacts): boolean {
  return wantedScope(facts).scope === 'group' && facts.installation.groupLevel < OWNER;
}

function hooksElsewhere(facts: DoctorFacts): readonly Details[] {
  const { hook: wanted } = facts.wanted;
  if (wanted === null || hooksOfService(facts).length > 0) return [];
  return strayHooks(facts).map((hook) => ({
    url: wanted.url,
    scope: hook.scope,
    id: hook.id,
    called: shownUrl(hook.url),
    page: hookPage(facts, hook),
  }));
}

function failingDeliveries(hook: ActualHook, facts: DoctorFacts): readonly Details[] {
  const failed = (facts.failed.get(hook.id) ?? []).filter(({ hasArrived }) => !hasArrived);
  const [newest] = failed;
  if (newest === undefined || isDisabled(hook)) return [];
  const { status } = newest;
  return [
    {
      what: failed.length === 1 ? 'A delivery' : `${failed.length} deliveries`,
      scope: hook.scope,
      status,
      advice: adviceFor(status),
      page: hookPage(facts, hook),
    },
  ];
}

function adviceFor(status: string): string {
  if (status === '401')
    return 'Give the webhook the first of GITLAB_WEBHOOK_SECRETS: procession setup --renew-secret.';
  if (status.startsWith('4'))
    return 'Check the address of the webhook and any proxy in front of the service.';
  if (status.startsWith('5')) return 'Look into the log of the service.';
  return 'Check that the service runs and that GitLab can reach it: address, firewall, certificate.';
}

/** Events count as on when any of the hooks sends them. */
function missingEvents(hooks: readonly ActualHook[]): readonly string[] {
  if (hooks.length === 0) return [];
  return HOOK_EVENTS.filter((event) => hooks.every(({ events }) => !events[event])).map(
    (event) => EVENT_WORDS[event],
  );
}

function hookPage({ installation }: DoctorFacts, { scope, id }: ActualHook): string {
  return pageOf(installation, scope, `-/hooks/${id}/edit`);
}
