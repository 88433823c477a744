/** What the functions of this folder share: gitbeaker's resources for installing and looking after an installation. */
import {
  Branches,
  GroupHooks,
  GroupIssueBoards,
  GroupLabels,
  GroupMembers,
  Groups,
  Metadata,
  PersonalAccessTokens,
  PipelineSchedules,
  ProjectHooks,
  ProjectMembers,
  Projects,
  Users,
} from '@gitbeaker/rest';
import type { HookScope } from '#domain/setup/actual-hook.ts';
import {
  type Connection,
  type ConnectionOptions,
  connect,
  resourceSettings,
} from '#gitlab/http/connection.ts';

/** Connection and resources that all requests of `setup` and `doctor` go through. */
export interface SetupSession {
  readonly base: Connection;
  readonly groups: Groups;
  readonly projects: Projects;
  readonly members: { readonly group: GroupMembers; readonly project: ProjectMembers };
  readonly hooks: Readonly<Record<HookScope, GroupHooks | ProjectHooks>>;
  readonly boards: GroupIssueBoards;
  readonly labels: GroupLabels;
  readonly schedules: PipelineSchedules;
  readonly tokens: PersonalAccessTokens;
  readonly metadata: Metadata;
  readonly branches: Branches;
  readonly users: Users;
}

/** Opens a session. Makes no request. */
export function openSetupSession(options: ConnectionOptions): SetupSession {
  const resource = resourceSettings(options);
  return {
    base: connect(options),
    groups: new Groups(resource),
    projects: new Projects(resource),
    members: { group: new GroupMembers(resource), project: new ProjectMembers(resource) },
    hooks: { group: new GroupHooks(resource), project: new ProjectHooks(resource) },
    boards: new GroupIssueBoards(resource),
    labels: new GroupLabels(resource),
    schedules: new PipelineSchedules(resource),
    tokens: new PersonalAccessTokens(resource),
    metadata: new Metadata(resource),
    branches: new Branches(resource),
    users: new Users(resource),
  };
}
