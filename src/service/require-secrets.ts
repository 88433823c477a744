import { ConfigError } from '#domain/base/errors.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import type { Secret } from '#domain/base/secret.ts';
import { signingKey } from './signing-key.ts';

/** Secrets that prove deliveries; several of each while one is replaced by another. */
export interface WebhookSecrets {
  /** Plain secrets and signing tokens. */
  readonly gitlab: readonly Secret[];
  /** Signing tokens. */
  readonly crm: readonly Secret[];
}

const GENERATE = 'printf \'whsec_%s\\n\' "$(openssl rand -base64 32)"';

/**
 * The secrets of both webhooks. Without one anybody could launch engagements, so nothing starts.
 *
 * @throws ConfigError with everything that is missing, and how to make a secret
 * @see https://github.com/ossf/scorecard/blob/main/docs/checks.md#webhooks
 */
export function requireSecrets(config: {
  readonly gitlabWebhookSecrets: readonly Secret[];
  readonly crmWebhookSecrets: readonly Secret[];
}): WebhookSecrets {
  const { gitlabWebhookSecrets: gitlab, crmWebhookSecrets: crm } = config;
  const problems = [
    ...(gitlab.length === 0
      ? [missing('GITLAB_WEBHOOK_SECRETS', "set it as the webhook's signing token in GitLab")]
      : []),
    ...crmProblems(crm),
  ];
  if (problems.length > 0)
    throw new ConfigError(problems, 'The webhook service does not start without secrets:');
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
  const problems = crmProblems(crm);
  if (problems.length > 0) throw new ConfigError(problems, 'Nobody can be believed without secrets:');
  return crm;
}

function crmProblems(crm: readonly Secret[]): readonly InputProblem[] {
  if (crm.length === 0) return [missing('CRM_WEBHOOK_SECRETS', 'give it to the CRM that signs with it')];
  return crm.flatMap((secret, index) =>
    signingKey(secret.reveal()) === null ? [notForSigning('CRM_WEBHOOK_SECRETS', index + 1)] : [],
  );
}

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
