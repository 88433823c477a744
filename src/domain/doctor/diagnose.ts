/** Everything that is wrong with an installation, from the facts alone. */

import type { Installation } from '#domain/setup/installation.ts';
import { ACCESS_RULES } from './access.ts';
import { DEAL_RULES, type DealFacts, inPlace } from './deals.ts';
import { type Area, type Diagnosis, diagnosesBy, inOrder, type Rule } from './diagnosis.ts';
import type { DatabaseState, DoctorFacts } from './facts.ts';
import { FAILURE_RULES } from './failures.ts';
import { HOOK_RULES } from './hook.ts';
import { PART_RULES } from './parts.ts';
import { PEOPLE_RULES } from './people.ts';
import { PIPELINE_RULES } from './pipelines.ts';
import { RECORD_RULES } from './records.ts';

const DATABASE_RULES: readonly Rule<DatabaseState>[] = [
  {
    id: 'database-unreachable',
    area: 'database',
    severity: 'error',
    applies: (database) => database.kind === 'unreachable' && { reason: database.reason, fix: database.fix },
    says: 'The store of deliveries cannot be used: {reason}',
    fix: '{fix}',
  },
];

/** Rows of all tables, for `docs/setup.md`. */
export const ALL_RULES: readonly Omit<Rule<never>, 'applies'>[] = [
  ...FAILURE_RULES,
  ...ACCESS_RULES,
  ...HOOK_RULES,
  ...PART_RULES,
  ...PIPELINE_RULES,
  ...PEOPLE_RULES,
  ...RECORD_RULES,
  ...DEAL_RULES,
  ...DATABASE_RULES,
];

/** Diagnoses of an installation that could be looked at, in the order in which they are put right. */
export function diagnose(facts: DoctorFacts): readonly Diagnosis[] {
  return inOrder([
    ...diagnoseAccess(facts.installation),
    ...diagnosesBy(HOOK_RULES, facts),
    ...diagnosesBy(PART_RULES, facts),
    ...diagnosesBy(PIPELINE_RULES, facts),
    ...diagnosesBy(PEOPLE_RULES, facts),
    ...diagnosesBy(RECORD_RULES, facts),
    ...diagnoseDatabase(facts.database),
  ]).filter(({ area }) => area !== 'schedule' || facts.wanted.schedule !== null);
}

/** Areas that the place of deals has for itself. */
const OF_PLACE: readonly Area[] = ['group', 'project', 'labels', 'boards', 'webhook', 'schedule'];

/** Diagnoses of the place of deals, and of where that place is. @param facts of that place; `null`: deals have none of their own */
export function diagnoseDeals(where: DealFacts, facts: DoctorFacts | null): readonly Diagnosis[] {
  const inside =
    facts === null
      ? []
      : [
          ...diagnoseAccess(facts.installation),
          ...diagnosesBy(HOOK_RULES, facts),
          ...diagnosesBy(PART_RULES, facts),
          // Triggers are those of the main project.
          ...diagnosesBy(PIPELINE_RULES, facts).filter(({ area }) => area === 'schedule'),
        ].filter(({ area }) => OF_PLACE.includes(area));
  return [...diagnosesBy(DEAL_RULES, where), ...inPlace(inside, where.settings.place)];
}

/** Diagnoses that keep everything else from working: token, GitLab, clock, group, project. */
export function diagnoseAccess(installation: Installation): readonly Diagnosis[] {
  return diagnosesBy(ACCESS_RULES, installation);
}

/** Diagnoses of the store of deliveries, also where GitLab cannot be asked. */
export function diagnoseDatabase(database: DatabaseState): readonly Diagnosis[] {
  return diagnosesBy(DATABASE_RULES, database);
}

/** Diagnoses of an error that kept the installation from being looked at; none when it is a mistake of ours. */
export function diagnoseFailure(failure: unknown): readonly Diagnosis[] {
  return diagnosesBy(FAILURE_RULES, failure);
}
