/**
 * The composition root: the only place that knows every adapter. Adapters are loaded when first used, so that
 * commands that need no GitLab start fast.
 */
import type { Config } from '#config/load-config.ts';
import type { Settings } from '#domain/settings.ts';
import type { Sow } from '#domain/sow.ts';
import type { InputProblem } from '#domain/input-problem.ts';
import type { GitLab } from '#ports/gitlab.ts';
import type { Clock } from '#ports/clock.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { ReconcileDeps } from '#reconciler/reconcile.ts';
import type { Logger } from '#ports/logger.ts';

/** What commands get. Every method loads its adapter on the first call and keeps the result. */
export interface Wire {
  readonly clock: Clock;
  readonly logger: Logger;
  /** @throws ConfigError with every problem. */
  config(): Config;
  settings(): Settings;
  /** Every process under the templates folder. @throws ConfigError with every problem. */
  processes(): Promise<ProcessStore>;
  /** @throws ConfigError when GITLAB_URL, GITLAB_TOKEN, group or project are missing. */
  gitlab(): Promise<GitLab>;
  deps(): Promise<ReconcileDeps>;
  /** Reads a SOW file. @throws InvalidInputError with every problem. */
  sow(file: string): Promise<{ readonly sow: Sow; readonly warnings: readonly InputProblem[] }>;
  /** Every problem of config, processes, templates and `sows/*.yml`. */
  lint(paths: readonly string[]): Promise<readonly InputProblem[]>;
}
