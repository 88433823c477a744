/** Reads what GitLab holds of an installation. GETs only. */
import { z } from 'zod';
import { GitLabRefusedError } from '#domain/base/errors.ts';
import { PREMIUM } from '#domain/engagement/state.ts';
import type {
  ActualBranch,
  ActualGroup,
  ActualProject,
  Installation,
  Read,
} from '#domain/setup/installation.ts';
import { createCapabilityProbe } from '#gitlab/engagement/capabilities.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { readBoards } from './boards.ts';
import { readHooks } from './installed-hook.ts';
import { readLabels } from './labels.ts';
import { type Own, readOwnLevel, readOwnUser, readPerson, readToken } from './people.ts';
import { readSchedules } from './schedules.ts';
import { OwnBranch, OwnGroup, OwnProject, Version } from './schema.ts';
import type { SetupSession } from './session.ts';

/** Reads everything anew. What a refusal makes pointless to ask for is refused with the same reason. */
export async function readInstallation(
  session: SetupSession,
  usernames: readonly string[],
): Promise<Installation> {
  const own = await attempt(() => readOwnUser(session));
  const token = await attempt(() => readToken(session));
  if (own.kind === 'refused') return refusedBy(own, token, session.base.now());
  const [instance, group, project] = await Promise.all([
    readInstance(session),
    attempt(() => readGroup(session)),
    attempt(() => readProject(session)),
  ]);
  const [ofGroup, ofProject] = await Promise.all([
    readInGroup(session, group, own.value),
    readInProject(session, project, { own: own.value, usernames }),
  ]);
  const user = { kind: 'read' as const, value: own.value.user };
  return { ...instance, user, token, group, project, ...ofGroup, ...ofProject };
}

type OfGroup = Pick<Installation, 'capabilities' | 'groupLevel' | 'labels' | 'boards' | 'groupHooks'>;
type OfProject = Pick<Installation, 'projectLevel' | 'projectHooks' | 'schedules' | 'branch' | 'people'>;

async function readInGroup(session: SetupSession, group: Read<ActualGroup>, own: Own): Promise<OfGroup> {
  if (group.kind === 'refused')
    return { capabilities: PREMIUM, groupLevel: 0, labels: group, boards: group, groupHooks: group };
  const [capabilities, groupLevel] = await Promise.all([
    attempt(() => createCapabilityProbe(session.base).get()),
    readOwnLevel(session, 'group', own),
  ]);
  const [labels, boards, groupHooks] = await Promise.all([
    attempt(() => readLabels(session)),
    attempt(() => readBoards(session)),
    attempt(() => readHooks(session, 'group')),
  ]);
  const offered = capabilities.kind === 'read' ? capabilities.value : PREMIUM;
  return { capabilities: offered, groupLevel, labels, boards, groupHooks };
}

async function readInProject(
  session: SetupSession,
  project: Read<ActualProject>,
  { own, usernames }: { readonly own: Own; readonly usernames: readonly string[] },
): Promise<OfProject> {
  if (project.kind === 'refused')
    return {
      projectLevel: 0,
      projectHooks: project,
      schedules: project,
      branch: project,
      people: project,
    };
  const projectLevel = await readOwnLevel(session, 'project', own);
  const [projectHooks, schedules, branch, people] = await Promise.all([
    attempt(() => readHooks(session, 'project')),
    attempt(() => readSchedules(session)),
    attempt(() => readBranch(session, project.value)),
    attempt(() => Promise.all(usernames.map((username) => readPerson(session, username)))),
  ]);
  return { projectLevel, projectHooks, schedules, branch, people };
}

async function readGroup({ base, groups }: SetupSession): Promise<ActualGroup> {
  const answer = await groups.show(base.group, { withProjects: false });
  return parseAnswer(OwnGroup, answer, `GET /groups/${base.group}`);
}

async function readProject({ base, projects }: SetupSession): Promise<ActualProject> {
  return parseAnswer(OwnProject, await projects.show(base.project), `GET /projects/${base.project}`);
}

/** An empty repository has no branch, and so none that is protected. */
async function readBranch(
  { base, branches }: SetupSession,
  { defaultBranch }: ActualProject,
): Promise<ActualBranch> {
  if (defaultBranch === null) return { protected: false, forDevelopers: true };
  const what = `GET /projects/${base.project}/repository/branches/${defaultBranch}`;
  return parseAnswer(OwnBranch, await branches.show(base.project, defaultBranch), what);
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
    branch: refusal,
    people: refusal,
  };
}

const Dated = z.object({ data: z.unknown(), headers: z.record(z.string(), z.string()) });

/** The `Date` of an answer has whole seconds, so the difference is right to about one. */
async function readInstance({
  base,
  metadata,
}: SetupSession): Promise<Pick<Installation, 'now' | 'version' | 'clockAheadSeconds'>> {
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
