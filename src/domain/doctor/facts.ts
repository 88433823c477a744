import type { FailedDelivery } from '#domain/setup/actual-hook.ts';
import type { Installation } from '#domain/setup/installation.ts';
import type { PipelineFile } from '#domain/setup/scheduled-jobs.ts';
import type { ApprovedWork, WantedInstallation } from '#domain/setup/wanted-installation.ts';
import type { MissingVersion } from '#domain/versions/use.ts';

/** State of the store of deliveries, which only a service needs. */
export type DatabaseState =
  | { readonly kind: 'not-needed' }
  | { readonly kind: 'reachable' }
  | { readonly kind: 'unreachable'; readonly reason: string; readonly fix: string };

/** Facts that `doctor` judges: what is there, what should be there, what failed. */
export interface DoctorFacts {
  readonly installation: Installation;
  readonly wanted: WantedInstallation;
  /** Of `procession.yml`. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** Roles that own a step of the process that every launch makes. */
  readonly processRoles: readonly string[];
  /** Roles whose approval a step of the process asks for. */
  readonly approvingRoles: readonly string[];
  /** Work that whoever did it may not approve. */
  readonly approvedWork: readonly ApprovedWork[];
  readonly serviceUrl: string | null;
  /** What `.gitlab-ci.yml` in this folder says; `null`: not known. */
  readonly pipeline: PipelineFile | null;
  /** By hook id: what failed in the last 24 hours. */
  readonly failed: ReadonlyMap<number, readonly FailedDelivery[]>;
  readonly database: DatabaseState;
  /** Records are sealed: `seal.keys` is not empty. */
  readonly sealed: boolean;
  /** Username of `gitlab.reviewer`, whose token merge request pipelines have; `null`: not set. */
  readonly reviewer: string | null;
  /** Definitions that engagements name and that are not loaded. */
  readonly missingVersions: readonly MissingVersion[];
}
