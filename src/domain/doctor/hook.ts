/** Rules about the webhook, which matters only where a service listens. One function per rule. */

import { OWNER, signsWebhooks } from '#domain/base/gitlab-version.ts';
import { type ActualHook, isDisabled, isOurs, shownUrl } from '#domain/setup/hook-health.ts';
import { hasNeededRole, offersGroupHooks, valuesOf } from '#domain/setup/installation.ts';
import { WEBHOOK_PATH } from '#domain/setup/wanted-installation.ts';
import type { DoctorFacts } from './facts.ts';
import { error, type Problem, pageOf, RUN_SETUP, warning } from './problem.ts';

type Rule = (facts: DoctorFacts) => readonly Problem[];

export const HOOK_RULES: readonly Rule[] = [
  secretMissing,
  secretUnsupported,
  hooksUnread,
  hookMissing,
  hookElsewhere,
  hookDisabled,
  hookFailing,
  hookEvents,
  hookWithoutSecret,
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

function hookPage({ installation }: DoctorFacts, { scope, id }: ActualHook): string {
  return pageOf(installation, scope, `-/hooks/${id}/edit`);
}

function secretMissing({ wanted: { hook } }: DoctorFacts): readonly Problem[] {
  if (hook === null || hook.secret !== null) return [];
  return [
    error(
      'config',
      'webhook-secret-missing',
      'procession.yml names a service, and GITLAB_WEBHOOK_SECRETS is empty: the service does not start without.',
      'Make a secret with procession setup --new-secret, and set GITLAB_WEBHOOK_SECRETS to it here and for the service.',
    ),
  ];
}

function secretUnsupported({ wanted: { hook }, installation: { version } }: DoctorFacts): readonly Problem[] {
  if (hook?.secret !== 'signing-token' || version === '' || signsWebhooks(version)) return [];
  return [
    error(
      'webhook',
      'signing-token-unsupported',
      `The first of GITLAB_WEBHOOK_SECRETS is a signing token, and GitLab ${version} cannot sign (19.0 and newer do).`,
      'Put a secret without whsec_ first, for example of openssl rand -hex 32, here and for the service.',
    ),
  ];
}

/** The group's hooks take an Owner; a project hook that is seen will do. */
function hooksUnread(facts: DoctorFacts): readonly Problem[] {
  const { installation, wanted } = facts;
  if (wanted.hook === null || hooksOfService(facts).length > 0) return [];
  const scope = offersGroupHooks(installation.capabilities) ? 'group' : 'project';
  const read = scope === 'group' ? installation.groupHooks : installation.projectHooks;
  if (read.kind === 'read' || installation[scope].kind === 'refused') return [];
  if (!hasNeededRole(installation)) return [];
  return [
    warning(
      'webhook',
      'webhooks-unreadable',
      `The webhooks of the ${scope} cannot be read with this token, so whether GitLab calls the service is not known.`,
      `Run procession doctor with a token of ${scope === 'group' ? 'an Owner of the group' : 'a Maintainer of the project'}, or look under ${pageOf(installation, scope, '-/hooks')}.`,
    ),
  ];
}

function hookMissing(facts: DoctorFacts): readonly Problem[] {
  const { installation, wanted } = facts;
  if (wanted.hook === null || hooksOfService(facts).length > 0) return [];
  if (strayHooks(facts).length > 0) return [];
  const byGroup = offersGroupHooks(installation.capabilities);
  if ((byGroup ? installation.groupHooks : installation.projectHooks).kind === 'refused') return [];
  const fix =
    byGroup && installation.groupLevel < OWNER
      ? 'Run procession setup with a token of an Owner of the group.'
      : RUN_SETUP;
  const message = `No webhook calls ${wanted.hook.url}: changes in GitLab are only seen by the sweep.`;
  return [error('webhook', 'webhook-missing', message, fix)];
}

/** One that has our path and another host: moved, or of another installation in the same group. */
function hookElsewhere(facts: DoctorFacts): readonly Problem[] {
  const { wanted } = facts;
  if (wanted.hook === null || hooksOfService(facts).length > 0) return [];
  const { url } = wanted.hook;
  return strayHooks(facts).map((hook) =>
    error(
      'webhook',
      'webhook-elsewhere',
      `No webhook calls ${url}, which service.url in procession.yml makes it; the ${hook.scope} webhook ${hook.id} calls ${shownUrl(hook.url)}.`,
      `Correct the one that is wrong: service.url, or the webhook under ${hookPage(facts, hook)}. If that one belongs to another installation, run procession setup.`,
    ),
  );
}

function strayHooks({ installation }: DoctorFacts): readonly ActualHook[] {
  return allHooks(installation).filter((hook) => isOurs(hook, { path: WEBHOOK_PATH }));
}

function hookDisabled(facts: DoctorFacts): readonly Problem[] {
  return hooksOfService(facts)
    .filter(isDisabled)
    .map((hook) =>
      error(
        'webhook',
        'webhook-disabled',
        `GitLab has disabled the ${hook.scope} webhook ${hook.alertStatus === 'disabled' ? 'for good' : `until ${hook.disabledUntil ?? 'a time it does not tell'}`}, because deliveries kept failing.`,
        `Make the service reachable for GitLab at ${shownUrl(hook.url)}, then run procession setup: a test delivery that arrives enables it again. After that run procession sweep.`,
      ),
    );
}

function hookFailing(facts: DoctorFacts): readonly Problem[] {
  return hooksOfService(facts).flatMap((hook) => {
    const failed = (facts.failed.get(hook.id) ?? []).filter(({ hasArrived }) => !hasArrived);
    const [newest] = failed;
    if (newest === undefined || isDisabled(hook)) return [];
    const what = failed.length === 1 ? 'A delivery' : `${failed.length} deliveries`;
    return [
      error(
        'webhook',
        'webhook-failing',
        `${what} of the ${hook.scope} webhook failed in the last 24 hours; the newest was answered: ${newest.status}.`,
        `${adviceFor(newest.status)} A running service asks GitLab to send them again; details: ${hookPage(facts, hook)}.`,
      ),
    ];
  });
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
function hookEvents(facts: DoctorFacts): readonly Problem[] {
  const hooks = hooksOfService(facts);
  if (hooks.length === 0) return [];
  const isOff = (event: keyof ActualHook['events']): boolean => hooks.every(({ events }) => !events[event]);
  const missing = EVENT_WORDS.filter(([event]) => isOff(event)).map(([, words]) => words);
  if (missing.length === 0) return [];
  const message = `The webhook does not send ${missing.join(', ')}: what they would tell is only seen by the sweep.`;
  return [error('webhook', 'webhook-events', message, RUN_SETUP)];
}

const EVENT_WORDS: readonly (readonly [keyof ActualHook['events'], string])[] = [
  ['issues', 'issue events'],
  ['confidentialIssues', 'confidential issue events'],
  ['notes', 'comments'],
  ['confidentialNotes', 'confidential comments'],
];

function hookWithoutSecret(facts: DoctorFacts): readonly Problem[] {
  return hooksOfService(facts)
    .filter((hook) => hook.tokenPresent === false && hook.signingTokenPresent !== true)
    .map((hook) =>
      error(
        'webhook',
        'webhook-without-secret',
        `The ${hook.scope} webhook has no secret, so the service refuses its deliveries.`,
        RUN_SETUP,
      ),
    );
}
