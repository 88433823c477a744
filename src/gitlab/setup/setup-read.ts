/** Reads what GitLab holds of an installation. GETs only. */

import { z } from 'zod';
import { GitLabRefusedError } from '#domain/base/errors.ts';
import { isSameUser } from '#domain/base/username.ts';
import { PREMIUM } from '#domain/engagement/state.ts';
import type { ActualHook, HookScope } from '#domain/setup/actual-hook.ts';
import type {
  ActualLabel,
  ActualSchedule,
  Installation,
  Read,
  RolePerson,
} from '#domain/setup/installation.ts';
import { SWEEP_SCHEDULE } from '#domain/setup/wanted-installation.ts';
import { createCapabilityProbe } from '#gitlab/engagement/capabilities.ts';
import { Member } from '#gitlab/engagement/schema.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { readList } from '#gitlab/http/connection.ts';
import { orNull } from '#gitlab/http/look-before-repeat.ts';
import type { InstallationReader } from '#ports/installation.ts';
import { hookOf } from './hook-schema.ts';
import { listBoards, type SetupConnection } from './setup-connection.ts';
import {
  Account,
  type BoardInGroup,
  LabelInGroup,
  OwnGroup,
  OwnProject,
  OwnToken,
  Schedule,
  UserOfToken,
  Version,
} from './setup-schema.ts';

/** Creates the reading half. Keeps nothing: every read is fresh. */
export function createInstallationReader(connection: SetupConnection): InstallationReader {
  const { base, users, groups, projects } = connection;
  const { group, project } = base;

  return {
    async read(usernames): Promise<Installation> {
      const own = await attempt(async () =>
        parseAnswer(UserOfToken, await users.showCurrentUser(), 'GET /user'),
      );
      const token = await attempt(async () => {
        const answer = await connection.tokens.show({ tokenId: 'self' });
        return parseAnswer(OwnToken, answer, 'GET /personal_access_tokens/self');
      });
      if (own.kind === 'refused') return refusedBy(own, token, base.now());
      const [instance, theGroup, theProject] = await Promise.all([
        readInstance(connection),
        attempt(async () =>
          parseAnswer(OwnGroup, await groups.show(group, { withProjects: false }), `GET /groups/${group}`),
        ),
        attempt(async () =>
          parseAnswer(OwnProject, await projects.show(project), `GET /projects/${project}`),
        ),
      ]);
      const levelIn = async (scope: HookScope): Promise<number> =>
        own.value.isAdmin ? 60 : await readLevel(connection, scope, own.value.user.id);
      const inGroup = async <T>(ask: () => Promise<T>): Promise<Read<T>> =>
        theGroup.kind === 'refused' ? theGroup : await attempt(ask);
      const inProject = async <T>(ask: () => Promise<T>): Promise<Read<T>> =>
        theProject.kind === 'refused' ? theProject : await attempt(ask);
      const [capabilities, groupLevel, projectLevel] = await Promise.all([
        inGroup(async () => await createCapabilityProbe(base).get()),
        theGroup.kind === 'refused' ? 0 : levelIn('group'),
        theProject.kind === 'refused' ? 0 : levelIn('project'),
      ]);
      const [labels, boards, groupHooks, projectHooks, schedules, people] = await Promise.all([
        inGroup(async () => await readLabels(connection)),
        inGroup(async () => (await listBoards(connection)).map(toBoard)),
        inGroup(async () => await readHooks(connection, 'group')),
        inProject(async () => await readHooks(connection, 'project')),
        inProject(async () => await readSchedules(connection)),
        inProject(
          async () => await Promise.all(usernames.map((username) => readPerson(connection, username))),
        ),
      ]);
      return {
        ...instance,
        user: { kind: 'read', value: own.value.user },
        token,
        capabilities: capabilities.kind === 'read' ? capabilities.value : PREMIUM,
        group: theGroup,
        project: theProject,
        groupLevel,
        projectLevel,
        labels,
        boards,
        groupHooks,
        projectHooks,
        schedules,
        people,
      };
    },
  };
}

async function attempt<T>(ask: () => Promise<T>): Promise<Read<T>> {
  try {
    return { kind: 'read', value: await ask() };
  } catch (error) {
    if (!(error instanceof GitLabRefusedError)) throw error;
    return { kind: 'refused', status: error.status, reason: error.message };
  }
}

/** Without a valid token there is nothing else to ask. */
function refusedBy(
  refusal: Read<never> & { readonly kind: 'refused' },
  token: Installation['token'],
  nowMs: number,
): Installation {
  return {
    now: new Date(nowMs).toISOString(),
    clockAheadSeconds: null,
    user: refusal,
    token,
    version: '',
    capabilities: PREMIUM,
    group: refusal,
    project: refusal,
    groupLevel: 0,
    projectLevel: 0,
    labels: refusal,
    boards: refusal,
    groupHooks: refusal,
    projectHooks: refusal,
    schedules: refusal,
    people: refusal,
  };
}

const Dated = z.object({ data: z.unknown(), headers: z.record(z.string(), z.string()) });

/** The `Date` of an answer has whole seconds, so the difference is right to about one. */
async function readInstance({
  base,
  metadata,
}: SetupConnection): Promise<Pick<Installation, 'now' | 'version' | 'clockAheadSeconds'>> {
  const askedMs = base.now();
  const answer = parseAnswer(Dated, await metadata.show({ showExpanded: true }), 'GET /metadata');
  const nowMs = base.now();
  const theirMs = Date.parse(answer.headers['date'] ?? '');
  const ahead = Math.round(((askedMs + nowMs) / 2 - theirMs) / 1000);
  return {
    now: new Date(nowMs).toISOString(),
    version: parseAnswer(Version, answer.data, 'GET /metadata').version,
    clockAheadSeconds: Number.isNaN(theirMs) ? null : ahead,
  };
}

/** 0 for somebody who is no member. Inherited memberships count. */
async function readLevel(
  { base, members }: SetupConnection,
  scope: HookScope,
  userId: number,
): Promise<number> {
  const answer = await orNull(members[scope].show(base[scope], userId, { includeInherited: true }));
  const what = `GET /${scope}s/${base[scope]}/members/all/${userId}`;
  return answer === null ? 0 : parseAnswer(Member, answer, what).access_level;
}

/** @see https://docs.gitlab.com/api/group_labels/ */
async function readLabels(connection: SetupConnection): Promise<readonly ActualLabel[]> {
  const { base, labels } = connection;
  const list = async (includeAncestorGroups: boolean): Promise<readonly LabelInGroup[]> =>
    await readList<LabelInGroup>(base, {
      what: `GET /groups/${base.group}/labels`,
      item: LabelInGroup,
      fetchPage: (page) => labels.all(base.group, { includeAncestorGroups, ...page }),
    });
  const [own, all] = await Promise.all([list(false), list(true)]);
  const ownIds = new Set(own.map(({ id }) => id));
  return [...own, ...all.filter(({ id }) => !ownIds.has(id))].map(({ id, name, color, description }) => ({
    id,
    name,
    color,
    description: description ?? '',
    own: ownIds.has(id),
  }));
}

function toBoard({ id, name, lists }: BoardInGroup): {
  readonly id: number;
  readonly name: string;
  readonly lists: readonly { readonly id: number; readonly label: string }[];
} {
  const inOrder = (lists ?? []).toSorted((one, other) => (one.position ?? 0) - (other.position ?? 0));
  return {
    id,
    name,
    lists: inOrder.flatMap((list) =>
      list.label === null || list.label === undefined ? [] : [{ id: list.id, label: list.label.name }],
    ),
  };
}

async function readHooks({ base, hooks }: SetupConnection, scope: HookScope): Promise<readonly ActualHook[]> {
  return await readList<ActualHook>(base, {
    what: `GET /${scope}s/${base[scope]}/hooks`,
    item: hookOf(scope),
    fetchPage: (page) => hooks[scope].all(base[scope], { ...page }),
  });
}

/** The list does not tell the last pipeline; only ours are asked for it. */
async function readSchedules({ base, schedules }: SetupConnection): Promise<readonly ActualSchedule[]> {
  const what = `GET /projects/${base.project}/pipeline_schedules`;
  const list = await readList<ActualSchedule>(base, {
    what,
    item: Schedule,
    fetchPage: (page) => schedules.all(base.project, { ...page }),
  });
  return await Promise.all(
    list.map(async (schedule) =>
      schedule.description === SWEEP_SCHEDULE
        ? parseAnswer(Schedule, await schedules.show(base.project, schedule.id), `${what}/${schedule.id}`)
        : schedule,
    ),
  );
}

async function readPerson(connection: SetupConnection, username: string): Promise<RolePerson> {
  const found = parseAnswer(z.array(Account), await connection.users.all({ username }), 'GET /users');
  const account = found.find((user) => isSameUser(user.username, username));
  if (account === undefined) return { username, account: null };
  const level = await readLevel(connection, 'project', account.id);
  return { username, account: { id: account.id, state: account.state, isMember: level > 0 } };
}
