/** gitbeaker's resources for installing and looking after an installation. */
import {
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
  readList,
  resourceSettings,
} from '#gitlab/http/connection.ts';
import { BoardInGroup } from './setup-schema.ts';

export interface SetupConnection {
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
  readonly users: Users;
}

/** Makes no request. */
export function connectForSetup(options: ConnectionOptions): SetupConnection {
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
    users: new Users(resource),
  };
}

/** @see https://docs.gitlab.com/api/group_boards/ */
export async function listBoards({ base, boards }: SetupConnection): Promise<readonly BoardInGroup[]> {
  return await readList<BoardInGroup>(base, {
    what: `GET /groups/${base.group}/boards`,
    item: BoardInGroup,
    fetchPage: (page) => boards.all(base.group, { ...page }),
  });
}
