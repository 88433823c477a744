/** Everything that is wrong with an installation, from the facts alone. */

import type { Installation } from '#domain/setup/installation.ts';
import { ACCESS_RULES } from './access.ts';
import type { DatabaseState, DoctorFacts } from './facts.ts';
import { HOOK_RULES } from './hook.ts';
import { PART_RULES } from './parts.ts';
import { AREAS, error, type Problem } from './problem.ts';

/** In the order in which they are put right. */
export function diagnose(facts: DoctorFacts): readonly Problem[] {
  return inOrder([
    ...accessProblems(facts.installation),
    ...HOOK_RULES.flatMap((rule) => rule(facts)),
    ...PART_RULES.flatMap((rule) => rule(facts)),
    ...databaseProblems(facts.database),
  ]);
}

/** What keeps everything else from working: token, GitLab, clock, group, project. */
export function accessProblems(installation: Installation): readonly Problem[] {
  return ACCESS_RULES.flatMap((rule) => rule(installation));
}

/** Also for installations that could not be looked at, because GitLab cannot be reached. */
export function databaseProblems(database: DatabaseState): readonly Problem[] {
  if (database.kind !== 'unreachable') return [];
  const message = `The store of deliveries cannot be used: ${database.reason}`;
  return [error('database', 'database-unreachable', message, database.fix)];
}

export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((one, other) => AREAS.indexOf(one.area) - AREAS.indexOf(other.area));
}
