import { type EngagementKey, subjectOf } from '#domain/base/keys.ts';
import type { GitLab, Places } from '#ports/gitlab.ts';

/** The place in which an engagement lives. What it is about decides, and nothing but this line decides by it. */
export function gitlabOf(places: Places, engagement: EngagementKey): GitLab {
  return 'bySubject' in places ? places.bySubject[subjectOf(engagement)] : places;
}

/** Every place once. */
export function placesOf(places: Places): readonly GitLab[] {
  return 'bySubject' in places ? [...new Set(Object.values(places.bySubject))] : [places];
}

/** The same places, each through something. */
export function throughEach(places: Places, through: (gitlab: GitLab) => GitLab): Places {
  if (!('bySubject' in places)) return through(places);
  const { sow, deal } = places.bySubject;
  return { ...places, bySubject: { sow: through(sow), deal: through(deal) } };
}

/** The same with the place of one engagement for GitLab. */
export function inPlaceOf<T extends { readonly gitlab: Places }>(
  deps: T,
  engagement: EngagementKey,
): T & { readonly gitlab: GitLab } {
  return { ...deps, gitlab: gitlabOf(deps.gitlab, engagement) };
}
