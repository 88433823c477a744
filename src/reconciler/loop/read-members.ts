/** Which of those whom roles name GitLab knows as members of the project: only they are assigned and mentioned. */
import type { Assessment } from '#domain/assess/step-status.ts';
import type { Settings } from '#domain/base/settings.ts';
import { userKey } from '#domain/base/username.ts';
import { MANAGER, peopleNamed, personInRole, strangersInRole } from '#domain/rulings/people.ts';
import type { GitLabReader } from '#ports/gitlab.ts';

/**
 * Reads who is a member, by {@link userKey}. GitLab assigns members only, so whoever has an issue is known for one; of
 * others each name is asked for once, and of a role's names only as many as it takes to find a member.
 */
export async function readMembers(
  gitlab: Pick<GitLabReader, 'findMember'>,
  assessment: Assessment,
  settings: Settings,
): Promise<ReadonlySet<string>> {
  const members = new Set(
    assessment.steps.flatMap(({ issue }) => issue?.assignees.map(({ username }) => userKey(username)) ?? []),
  );
  const asked = new Map<string, Promise<boolean>>();
  const isMember = async (username: string): Promise<boolean> => {
    const key = userKey(username);
    const answer = asked.get(key) ?? gitlab.findMember(username).then((user) => user !== null);
    asked.set(key, answer);
    if (await answer) members.add(key);
    return members.has(key);
  };
  await Promise.all(
    rolesOf(assessment).map(async (role) => {
      for (const { username } of peopleNamed(role, assessment, settings))
        if (username === null || members.has(userKey(username)) || (await isMember(username))) return;
    }),
  );
  return members;
}

/** Says of every role whom the SOW or the settings name for it who is no member, and who stands in. */
export function strangerWarnings(assessment: Assessment, settings: Settings): readonly string[] {
  return rolesOf(assessment).flatMap((role) => {
    const strangers = strangersInRole(role, assessment, settings);
    if (strangers.length === 0) return [];
    const { username } = personInRole(role, assessment, settings);
    const names = strangers.join(' and ');
    return [
      `${role}: ${names} ${strangers.length === 1 ? 'is no member' : 'are no members'} of the project, so ${username ?? 'nobody'} has the role. Add ${names} to the project, or correct the roles in procession.yml or the SOW's contacts.ours.`,
    ];
  });
}

function rolesOf({ steps }: Assessment): readonly string[] {
  return [...new Set([MANAGER, ...steps.map(({ step }) => step.owner)])];
}
