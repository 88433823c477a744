/** What `setup` and `doctor` want to be there: from the settings and the processes that SOWs start. */

import { ConfigError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import type { Secret } from '#domain/base/secret.ts';
import type { Place } from '#domain/base/settings.ts';
import { launchesOf } from '#domain/process/launch.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import {
  type ApprovedWork,
  approvedWorkOf,
  approvingRolesOf,
  DEFAULT_CRON,
  launchRolesOf,
  type WantedHook,
  type WantedInstallation,
  wantedInstallation,
  webhookUrl,
} from '#domain/setup/wanted-installation.ts';
import { copyFix } from '#src/package-folder.ts';
import type { Wire } from '#wire/wire.ts';

/** Wanted installation, and the roles that own or approve a step. */
export interface Wanted {
  readonly installation: WantedInstallation;
  /** What is wanted in the place of deals; `null`: they have none of their own. */
  readonly ofDeals: { readonly place: Place; readonly installation: WantedInstallation } | null;
  /** Roles that own a step. */
  readonly processRoles: readonly string[];
  /** Roles whose approval a step asks for. */
  readonly approvingRoles: readonly string[];
  readonly approvedWork: readonly ApprovedWork[];
}

/** Options that change the wanted installation. */
export interface Wishes {
  readonly hook: boolean;
  readonly schedule: boolean;
  /** Times of the schedule; `null`: the default for a new schedule, and an existing one stays as it is. */
  readonly cron: string | null;
  readonly renewSecret: boolean;
}

/** @throws ConfigError when the settings or a process have problems */
export async function wantedBy(wire: Wire, wishes: Wishes): Promise<Wanted> {
  const config = wire.config();
  const launches = launchesOf(config.launch);
  const store = await wire.processes(launches.length === 1 ? launches[0] : undefined);
  const processes = launches.map(({ process: id, profile }) => {
    const process = store.find(id, profile);
    if (process !== null) return process;
    throw new ConfigError([
      problem(
        { file: config.configFile, at: 'process' },
        `there is no process "${id}"${profile === null ? '' : ` with profile "${profile}"`} in ${config.templates}`,
        copyFix(id, config.templates) ?? 'procession lint names the processes there are.',
      ),
    ]);
  });
  const { labels } = config;
  const { place } = config.deals;
  const hook = wishes.hook ? wantedHook(config, wishes.renewSecret) : null;
  const schedule = wishes.schedule
    ? { cron: wishes.cron ?? DEFAULT_CRON, setCron: wishes.cron !== null }
    : null;
  const ofDeals = await dealProcesses(wire);
  const all = [...processes, ...ofDeals];
  return {
    installation: wantedInstallation(place === null ? all : processes, {
      labels,
      hook,
      schedule: place === null ? schedule : null,
    }),
    ofDeals:
      place === null
        ? null
        : {
            place,
            // The sweep of the one schedule looks at both places, and its log names deals.
            installation: wantedInstallation(ofDeals, { labels, hook, schedule }),
          },
    processRoles: launchRolesOf(all),
    approvingRoles: approvingRolesOf(all),
    approvedWork: approvedWorkOf(all),
  };
}

/** The process of deals that the settings name, else all that are about deals; none where the settings say nothing of deals. */
async function dealProcesses(wire: Wire): Promise<readonly ProcessDefinition[]> {
  const { process, place, largeFrom } = wire.config().deals;
  if (process === null && place === null && largeFrom === null) return [];
  const store = await wire.processes();
  return store.ids.flatMap((id) => {
    const found = process === null || process === id ? store.find(id, null) : null;
    return found?.about === 'deal' ? [found] : [];
  });
}

function wantedHook(
  { serviceUrl, gitlabWebhookSecrets }: ReturnType<Wire['config']>,
  renewSecret: boolean,
): WantedHook | null {
  if (serviceUrl === null) return null;
  return { url: webhookUrl(serviceUrl), secret: secretKind(gitlabWebhookSecrets[0] ?? null), renewSecret };
}

function secretKind(secret: Secret | null): WantedHook['secret'] {
  if (secret === null) return null;
  return secret.reveal().startsWith('whsec_') ? 'signing-token' : 'secret-token';
}
