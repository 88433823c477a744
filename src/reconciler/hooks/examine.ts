/** Gathers everything `doctor` judges. Reads only. */
import { distinctUsers } from '#domain/base/username.ts';
import type { DatabaseState, DoctorFacts } from '#domain/doctor/facts.ts';
import { hooksOfService } from '#domain/doctor/hook.ts';
import type { FailedDelivery } from '#domain/setup/actual-hook.ts';
import type { PipelineFile } from '#domain/setup/scheduled-jobs.ts';
import type { ApprovedWork, WantedInstallation } from '#domain/setup/wanted-installation.ts';
import type { MissingVersion } from '#domain/versions/use.ts';
import type { HookAdmin } from '#ports/hooks.ts';
import type { InstallationReader } from '#ports/installation.ts';

const DAY_MS = 86_400_000;

/** Ports that the facts are read through. */
export interface ExamineDeps {
  readonly installation: InstallationReader;
  readonly hooks: Pick<HookAdmin, 'listFailedDeliveries'>;
  readonly database: () => Promise<DatabaseState>;
  readonly missingVersions: () => Promise<readonly MissingVersion[]>;
}

/** Wishes and settings that the facts are judged by. */
export interface ExamineQuestion {
  readonly wanted: WantedInstallation;
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly processRoles: readonly string[];
  readonly approvingRoles: readonly string[];
  readonly approvedWork: readonly ApprovedWork[];
  readonly serviceUrl: string | null;
  readonly pipeline: PipelineFile | null;
  readonly sealed: boolean;
  readonly reviewer: string | null;
}

/** @throws GitLabUnavailableError, GitLabRateLimitedError, UnexpectedResponseError */
export async function examine(deps: ExamineDeps, question: ExamineQuestion): Promise<DoctorFacts> {
  const { roles, reviewer } = question;
  const named = [...Object.values(roles).flat(), ...(reviewer === null ? [] : [reviewer])];
  const usernames = distinctUsers(named);
  const [installation, database] = await Promise.all([deps.installation.read(usernames), deps.database()]);
  const facts = { ...question, installation, database, missingVersions: await deps.missingVersions() };
  const since = new Date(Date.parse(installation.now) - DAY_MS).toISOString();
  const failed = await Promise.all(
    hooksOfService(facts).map(
      async (hook): Promise<readonly [number, readonly FailedDelivery[]]> => [
        hook.id,
        await deps.hooks.listFailedDeliveries(hook, { instant: since, afterId: 0 }),
      ],
    ),
  );
  return { ...facts, failed: new Map(failed) };
}
