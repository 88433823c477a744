/** Rules about the roles that the settings name: one that nothing knows is misspelt, and its people get no work. */
import { closest, orQuestion } from '#domain/base/closest.ts';
import { ANYBODY, STEP_OWNER } from '#domain/base/commands.ts';
import { type FieldPath, type InputProblem, problem, warning } from '#domain/base/input-problem.ts';
import type { Settings } from '#domain/base/settings.ts';
import { sowPaths } from '#domain/sow/paths.ts';
import { approvalRules } from './approvals.ts';
import type { ProcessDefinition } from './process.ts';

/** Roles that every engagement has, whatever its process. */
const ALWAYS: readonly string[] = ['manager', 'engineer'];

/**
 * Problems of `roles` and `commands` in the settings: errors where a known role is near, else warnings.
 *
 * @param processes all that the settings may launch
 */
export function roleProblems(
  { roles, commands }: Pick<Settings, 'roles' | 'commands'>,
  processes: readonly ProcessDefinition[],
  file: string | null,
): readonly InputProblem[] {
  const known = [...ALWAYS, ...rolesOfSows(), ...processes.flatMap(rolesOfProcess)];
  const given = Object.keys(roles);
  const commanding = Object.entries(commands).flatMap(([name, by]) =>
    (by ?? []).map((role, index) => ({ role, at: ['commands', name, index] })),
  );
  const named = commanding.map(({ role }) => role);
  return [
    ...given
      .filter((role) => ![...known, ...named].includes(role))
      .map((role) =>
        unknownRole({ file, at: ['roles', role] }, `no process knows the role "${role}"`, role, known),
      ),
    ...commanding
      .filter(({ role }) => ![...known, ...given, ANYBODY, STEP_OWNER].includes(role))
      .map(({ role, at }) =>
        unknownRole({ file, at }, `nobody can have the role "${role}"`, role, [...known, ...given]),
      ),
  ];
}

function unknownRole(
  place: { readonly file: string | null; readonly at: FieldPath },
  message: string,
  role: string,
  known: readonly string[],
): InputProblem {
  const near = closest(role, known);
  return near.length > 0
    ? problem(place, message, orQuestion(near))
    : warning(
        place,
        message,
        `Leave it out, or name one that there is. Roles: ${[...new Set(known)].toSorted().join(', ')}.`,
      );
}

/** Roles that own or approve a step, become known by one, or are named by a text. */
function rolesOfProcess({ steps, epicBody, partials }: ProcessDefinition): readonly string[] {
  const texts = [epicBody, ...Object.values(partials), ...steps.map(({ body }) => body)];
  return [
    ...steps.flatMap(({ owner, appoints, done_when }) => [
      owner,
      ...(appoints === undefined ? [] : [appoints]),
      ...approvalRules(done_when).map(({ role }) => role),
    ]),
    ...texts.flatMap((text) =>
      [...text.matchAll(/\{\{[#^/]?\s*people\.([a-z][a-z0-9-]*)\./g)].map(([, role = '']) => role),
    ),
  ];
}

/** Roles whose people a SOW may name: `contacts.ours.account_manager` → `account-manager`. */
function rolesOfSows(): readonly string[] {
  return [...sowPaths().keys()].flatMap((path) => {
    const [, name] = /^contacts\.ours\.(\w+)$/.exec(path) ?? [];
    return name === undefined ? [] : [name.replaceAll('_', '-')];
  });
}
