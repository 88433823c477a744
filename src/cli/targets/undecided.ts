import { takenFix, takenText } from '#domain/assess/taken.ts';
import { didYouMean } from '#domain/base/closest.ts';
import { ConfigError, InvalidInputError } from '#domain/base/errors.ts';
import { problem, shown } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { changeText } from '#domain/sow/changes.ts';
import type { RefusedSow } from '#domain/sow/history.ts';
import { fileNamed } from '#domain/sow/sow-file.ts';
import { notWonReason } from '#domain/sow/stage.ts';
import { noProcessReason, type Undecided } from '#reconciler/loop/undecided.ts';
import { copyFix } from '#src/package-folder.ts';

/** Makes the error for an engagement about which nothing can be decided; not for SOWs that are simply not won yet. */
export function undecidedError(
  engagement: EngagementKey,
  undecided: Exclude<Undecided, { kind: 'not-won' }>,
  processIds: readonly string[],
): ConfigError | InvalidInputError {
  switch (undecided.kind) {
    case 'absent':
      return new InvalidInputError(
        [
          problem(
            { at: engagement },
            'there is no engagement with this number in GitLab',
            `Launch it with its SOW file: procession apply ${fileNamed(engagement)}`,
          ),
        ],
        'There is nothing to work on; nothing was written:',
      );
    case 'record-damaged':
      return new InvalidInputError(
        [
          problem(
            { at: engagement },
            `${undecided.reason}, so nobody knows what was sold`,
            `Restore it by applying the SOW again: procession apply ${fileNamed(engagement)}`,
          ),
        ],
        'The epic cannot be trusted; nothing was changed:',
      );
    case 'out-of-reach':
      return outOfReach(engagement, undecided);
    case 'unknown-process':
      return unknownProcess(engagement, undecided, processIds);
    case 'no-process':
      return noProcess(engagement, undecided);
    case 'other-process':
      return new InvalidInputError(
        [
          problem(
            { at: engagement },
            `runs by the process ${undecided.process}, not ${undecided.asked}; an engagement keeps its process`,
            `Leave --process out. A SOW that is to run by ${undecided.asked} needs a number of its own.`,
          ),
        ],
        'The engagement has another process; nothing was changed:',
      );
    case 'sow-refused':
      return refusedSow(engagement, undecided.reading);
    case 'sow-taken':
      return takenSow(engagement, undecided);
    case 'other-engagement':
      return new InvalidInputError(
        undecided.changes.map((change) =>
          problem(
            { at: engagement },
            changeText(change),
            `Give the SOW its own number if it is another one. To correct the engagement: procession apply ${fileNamed(engagement)} --same-engagement`,
          ),
        ),
        `The SOW looks like another one with the number of ${engagement}, which is running; nothing was changed:`,
      );
  }
}

function noProcess(
  engagement: EngagementKey,
  undecided: Extract<Undecided, { kind: 'no-process' }>,
): ConfigError {
  const { about, ids } = undecided;
  const setting = about === 'deal' ? 'deals.process' : 'process';
  const fix =
    ids.length === 0
      ? `A process says so in its process.yml: about: ${about}. Bring one.`
      : `Processes about it: ${ids.join(', ')}. Name one with --process, or in procession.yml (${setting}).`;
  return new ConfigError(
    [problem({ at: engagement }, noProcessReason(undecided), fix)],
    'Nobody knows by which process to launch; nothing was written:',
  );
}

function refusedSow(engagement: EngagementKey, reading: RefusedSow): InvalidInputError {
  if (reading.kind === 'older')
    return new InvalidInputError(
      [
        problem(
          { at: engagement },
          `something newer from the same source, of ${reading.since}, was applied or offered before`,
          'Nothing is to be done where this is an old job. To go back on purpose, change the source again: the newest commit or delivery holds.',
        ),
      ],
      'The SOW is older than what holds; nothing was changed:',
    );
  return new InvalidInputError(
    reading.fields.map((field) => {
      const change = reading.changes.find((one) => one.field === field || one.field.startsWith(`${field}.`));
      return problem(
        { at: engagement },
        change === undefined ? field : `${changeText(change)}, and the engagement has changed it, too`,
        'Write into the source what holds now: what the engagement says (procession explain names its revisions), or the new value in a change of its own.',
      );
    }),
    'The source and the engagement have changed the same fields since the source was applied; nothing was changed:',
  );
}

function takenSow(
  engagement: EngagementKey,
  { taken }: Extract<Undecided, { kind: 'sow-taken' }>,
): InvalidInputError {
  return new InvalidInputError(
    taken.map((one) =>
      problem(
        { at: engagement },
        takenText(one),
        takenFix(one, `A SOW comes of one deal. Correct "sow" where ${engagement} is kept.`),
      ),
    ),
    'The deal names a SOW that is not of this deal; nothing was changed:',
  );
}

function outOfReach(
  engagement: EngagementKey,
  { why, reference, author }: Extract<Undecided, { kind: 'out-of-reach' }>,
): InvalidInputError {
  if (why === 'moved')
    return new InvalidInputError(
      [
        problem(
          { at: engagement },
          `its tracking issue ${reference} says that it goes on in an epic, and this GitLab shows no epics`,
          "Give the token's user the role Planner in the group, and check that the subscription is Premium or Ultimate.",
        ),
      ],
      'The engagement cannot be seen; nothing was changed:',
    );
  if (why === 'left')
    return new InvalidInputError(
      [
        problem(
          { at: engagement },
          `the deal is open in ${reference}, where it was launched before deals had a place of their own (deals.project)`,
          'Let it go on there with the settings of then, or close what is left of it there and apply it again: it is launched in the place of deals.',
        ),
      ],
      'There would be two of this deal; nothing was changed:',
    );
  return new InvalidInputError(
    [
      problem(
        { at: engagement },
        `the issue ${reference} says that it is this engagement, but ${shown(author)} made it, who is not the user of this token`,
        `If that was an earlier bot of yours, name it in procession.yml (gitlab.former_users); else take the label ${engagement} from the issue.`,
      ),
    ],
    'The tracking issue cannot be trusted; nothing was changed:',
  );
}

function unknownProcess(
  engagement: EngagementKey,
  { process, profile, version, broken, reopened }: Extract<Undecided, { kind: 'unknown-process' }>,
  processIds: readonly string[],
): ConfigError {
  if (broken)
    return new ConfigError(
      [
        problem(
          { at: engagement },
          `the files of process ${process} have problems: order and what is done are kept from its record${openedAgain(reopened)}, nothing else`,
          'Correct them: procession lint names each.',
        ),
      ],
      'A process cannot be used; nothing was made or written anew:',
    );
  const known = processIds.includes(process);
  if (known && version !== null)
    return new ConfigError(
      [
        problem(
          { at: engagement },
          `needs version ${version} of process ${process}, and there is none: order and what is done are kept from its record${openedAgain(reopened)}, nothing else`,
          `Bring the folder ${process}/versions/${version} back: procession versions ${process} names who runs on which`,
        ),
      ],
      'A process is missing; nothing was made or written anew:',
    );
  const name = known ? `profile ${shown(profile)} of process ${process}` : `process ${shown(process)}`;
  const fix = known
    ? `See "profiles" in the process.yml of ${process}, or leave --profile out.`
    : (copyFix(process, 'issue_templates') ??
      didYouMean(
        process,
        processIds,
        `Processes: ${processIds.join(', ')}. A process is a folder under issue_templates.`,
      ));
  return new ConfigError(
    [problem({ at: engagement }, `needs the ${name}, and there is none${openedAgain(reopened)}`, fix)],
    'A process is missing; nothing was written:',
  );
}

function openedAgain(reopened: readonly string[]): string {
  return reopened.length === 0 ? '' : ` (opened again: ${reopened.join(', ')})`;
}

/** Refuses to call it well that nothing is seen where there is nothing to see with. @throws ConfigError */
export function requireProcesses({ ids }: { readonly ids: readonly string[] }): void {
  if (ids.length > 0) return;
  throw new ConfigError(
    [
      problem(
        { file: 'procession.yml', at: ['templates'] },
        'there is no process in the folder of the templates, so no engagement can be judged',
        'A process is a folder with a process.yml: correct the path, or bring the folders back',
      ),
    ],
    'Nothing was looked at:',
  );
}

/** A SOW that launches nothing yet is no mistake. */
export function notWonText(
  engagement: EngagementKey,
  { stage, starts }: { readonly stage: string; readonly starts: readonly string[] },
): string {
  return `${engagement}: ${notWonReason(stage, starts)}.`;
}
