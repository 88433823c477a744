/** Rules about the processes that the settings name: each must be there, and be about what the settings want it for. */
import { didYouMean } from '#domain/base/closest.ts';
import { type FieldPath, type InputProblem, problem, warning } from '#domain/base/input-problem.ts';
import type { SubjectKind } from '#domain/base/keys.ts';
import { canonicalJson } from '#domain/base/record-line.ts';
import type { Launch, Settings } from '#domain/base/settings.ts';

/** A process of the templates folder, as far as it can be read. */
export interface NamedProcess {
  readonly id: string;
  /** `null`: unknown. */
  readonly about: SubjectKind | null;
  /** `null`: unknown. */
  readonly profiles: readonly string[] | null;
}

interface Known {
  readonly processes: readonly NamedProcess[];
  /** Folder of the processes, for messages. */
  readonly templates: string;
  /** What to do about a process that is not in the folder but comes with Procession; `null`: it does not. */
  readonly copyFix?: (id: string) => string | null;
}

const MANY: Readonly<Record<SubjectKind, string>> = { sow: 'SOWs', deal: 'deals' };

/**
 * Finds what `process`, `profile`, `processes` and `deals.process` of the settings name in vain: what is not there, is
 * about something else, is left open, or never has its turn.
 */
export function launchProblems(
  { launch, deals }: Pick<Settings, 'launch' | 'deals'>,
  known: Known,
): readonly InputProblem[] {
  if (known.processes.length === 0) return [];
  const ofDeals = deals.process;
  return [
    ...namedProblems(launch.otherwise, { at: [], about: 'sow' }, known),
    ...launch.choices.flatMap((choice, index) =>
      namedProblems(choice, { at: ['processes', index], about: 'sow' }, known),
    ),
    ...neverReached(launch.choices),
    ...(ofDeals === null
      ? openChoice(known)
      : namedProblems({ process: ofDeals, profile: null }, { at: ['deals'], about: 'deal' }, known)),
  ];
}

function namedProblems(
  { process, profile }: Launch,
  { at, about }: { readonly at: FieldPath; readonly about: SubjectKind },
  { processes, templates, copyFix }: Known,
): readonly InputProblem[] {
  const found = processes.find(({ id }) => id === process);
  const fitting = processes.filter((one) => one.about === null || one.about === about).map(({ id }) => id);
  if (found === undefined)
    return [
      problem(
        { at: [...at, 'process'] },
        `there is no process "${process}" in ${templates}`,
        copyFix?.(process) ?? didYouMean(process, fitting, oneOf(fitting)),
      ),
    ];
  if (found.about !== null && found.about !== about)
    return [
      problem(
        { at: [...at, 'process'] },
        `expected a process about ${MANY[about]}, and "${process}" is about ${MANY[found.about]}`,
        oneOf(fitting),
      ),
    ];
  const { profiles } = found;
  if (profile === null || profiles === null || profiles.includes(profile)) return [];
  return [
    problem(
      { at: [...at, 'profile'] },
      `there is no profile "${profile}" of the process "${process}"`,
      didYouMean(profile, profiles, profiles.length === 0 ? 'Leave it out.' : oneOf(profiles)),
    ),
  ];
}

function oneOf(names: readonly string[]): string {
  return names.length === 0 ? 'Bring one into the folder.' : `Use one of: ${names.join(', ')}.`;
}

/** Choices after one with the same condition. */
function neverReached(choices: Settings['launch']['choices']): readonly InputProblem[] {
  const asked = choices.map(({ when }) => canonicalJson(when));
  return asked.flatMap((condition, index) => {
    const first = asked.indexOf(condition);
    if (first === index) return [];
    return [
      warning(
        { at: ['processes', index, 'when'] },
        `processes[${first}] has the same condition, so this one never has its turn`,
        'Change one of the two conditions, or drop this one.',
      ),
    ];
  });
}

/** Several processes about deals, and none of them named. */
function openChoice({ processes }: Known): readonly InputProblem[] {
  const ids = processes.filter(({ about }) => about === 'deal').map(({ id }) => id);
  if (ids.length < 2) return [];
  return [
    problem(
      { at: ['deals', 'process'] },
      `several processes are about deals, and none is named: ${ids.join(', ')}`,
      `Name the one that deals start: deals: { process: ${ids[0]} }.`,
    ),
  ];
}
