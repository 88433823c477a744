import { ConfigError } from '#domain/base/errors.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import type { Secret } from '#domain/base/secret.ts';
import { signingKey } from './signing-key.ts';

/** Secrets that prove deliveries; several of each while one is replaced by another. */
export interface WebhookSecrets {
  /** Plain secrets and signing tokens; empty: the webhook of GitLab is off. */
  readonly gitlab: readonly Secret[];
  /** Signing tokens; empty: the webhook of the CRM is off. */
  readonly crm: readonly Secret[];
}

const GENERATE = 'printf \'whsec_%s\\n\' "$(openssl rand -base64 32)"';

/** Variable with the secrets of a source, by the name of the source. */
export const SECRET_VARIABLES = { gitlab: 'GITLAB_WEBHOOK_SECRETS', crm: 'CRM_WEBHOOK_SECRETS' } as const;

/**
 * The secrets of both webhooks. A source without one is off, because anybody could speak for it; a service that receives
 * nothing at all does not start.
 *
 * @throws ConfigError with everything that is missing or wrong, and how to make a secret
 * @see https://github.com/ossf/scorecard/blob/main/docs/checks.md#webhooks
 */
export function requireSecrets(config: {
  readonly gitlabWebhookSecrets: readonly Secret[];
  readonly crmWebhookSecrets: readonly Secret[];
}): WebhookSecrets {
  const { gitlabWebhookSecrets: gitlab, crmWebhookSecrets: crm } = config;
  const problems = [
    ...(gitlab.length + crm.length === 0
      ? [missing(SECRET_VARIABLES.gitlab, "set it as the webhook's signing token in GitLab"), CRM_MISSING]
      : unfit(crm)),
  ];
  if (problems.length > 0)
    throw new ConfigError(problems, 'The webhook service does not start without a secret:');
  return { gitlab, crm };
}

/**
 * The secrets of the CRM alone, for what receives SOWs without a service.
 *
 * @throws ConfigError when there is none, or one that cannot sign
 */
export function requireCrmSecrets({
  crmWebhookSecrets: crm,
}: {
  readonly crmWebhookSecrets: readonly Secret[];
}): readonly Secret[] {
  const problems = crm.length === 0 ? [CRM_MISSING] : unfit(crm);
  if (problems.length > 0) throw new ConfigError(problems, 'Nobody can be believed without secrets:');
  return crm;
}

function unfit(crm: readonly Secret[]): readonly InputProblem[] {
  return crm.flatMap((secret, index) =>
    signingKey(secret.reveal()) === null ? [notForSigning(SECRET_VARIABLES.crm, index + 1)] : [],
  );
}

const CRM_MISSING = missing(SECRET_VARIABLES.crm, 'give it to the CRM that signs with it');

function missing(name: string, use: string): InputProblem {
  return problem(
    { at: name },
    'is missing',
    `Make one with: ${GENERATE} and set ${name}, or ${name}_FILE, to it; ${use}.`,
  );
}

function notForSigning(name: string, position: number): InputProblem {
  return problem(
    { at: name },
    `number ${position}: expected whsec_ and base64`,
    `Make one with: ${GENERATE}`,
  );
}
