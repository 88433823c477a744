import type { Secret } from '#domain/base/secret.ts';
import type { SetupAction } from '#domain/setup/action.ts';
import type { Installation } from '#domain/setup/installation.ts';

/** Reads what GitLab holds of an installation. Writes nothing. */
export interface InstallationReader {
  /**
   * Everything at once. Refusals are part of the answer.
   *
   * @param usernames of the roles in `procession.yml`
   * @throws GitLabUnavailableError, GitLabRateLimitedError, UnexpectedResponseError
   */
  read(usernames: readonly string[]): Promise<Installation>;
}

/** `not-done` when GitLab did as asked and it was no use: the receiver did not answer a test delivery. */
export type SetupOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'not-done'; readonly why: string; readonly fix: string };

/** Carries out one action of `setup`. Each is safe to repeat: a write whose answer was lost is looked up first. */
export interface InstallationWriter {
  /**
   * @param secret what a webhook gets where the action says so
   * @throws GitLabRefusedError, GitLabUnavailableError, GitLabRateLimitedError, UnexpectedResponseError
   */
  perform(action: SetupAction, secret: Secret | null): Promise<SetupOutcome>;
}

/** Both halves of the port to an installation. */
export type InstallationAdmin = InstallationReader & InstallationWriter;
