/** A version of GitLab as its API tells it: `19.6.0-ee`, `18.11.3`. */

/** Whether `version` is `major.minor` or newer. One that cannot be read counts as new: nothing is held back on a guess. */
export function isAtLeast(version: string, major: number, minor = 0): boolean {
  const parts = /^(\d+)\.(\d+)/.exec(version);
  if (parts === null) return true;
  const [has, hasMinor] = [Number(parts[1]), Number(parts[2])];
  return has > major || (has === major && hasMinor >= minor);
}

/** The oldest GitLab that Procession works with. */
export const OLDEST_GITLAB = {
  major: 17,
  minor: 0,
  why: 'it was checked against that version and later ones',
} as const;

/** GitLab signs webhooks since 19.0. @see https://docs.gitlab.com/user/project/integrations/webhooks/ */
export function signsWebhooks(version: string): boolean {
  return isAtLeast(version, 19);
}

/**
 * Says whether triggers work where nobody may set pipeline variables: before, what a trigger sends counted as one.
 *
 * @see https://gitlab.com/gitlab-org/gitlab/-/merge_requests/204230
 */
export function takesTriggersWithoutVariables(version: string): boolean {
  return isAtLeast(version, 18, 5);
}

/** The role Planner came with 17.7; before, epics took a Reporter. @see https://docs.gitlab.com/user/permissions/ */
export function neededRole(version: string): { readonly level: number; readonly name: string } {
  return isAtLeast(version, 17, 7) ? { level: 15, name: 'Planner' } : { level: 20, name: 'Reporter' };
}

/** GitLab's access levels by name. @see https://docs.gitlab.com/api/members/#roles */
export const ROLE_NAMES: Readonly<Record<number, string>> = {
  0: 'none',
  5: 'Minimal Access',
  10: 'Guest',
  15: 'Planner',
  20: 'Reporter',
  30: 'Developer',
  40: 'Maintainer',
  50: 'Owner',
};

export const REPORTER = 20;
export const DEVELOPER = 30;
export const MAINTAINER = 40;
export const OWNER = 50;
