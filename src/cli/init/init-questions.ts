/** What `init` asks, and how answers are checked: the same for options and for what is typed. */

import type { Ask } from '#cli/terminal/ask.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { ANSWER_PROBLEMS } from './init-files.ts';

/** Asks whether to try first; `null`: the person gave up. */
export async function chooseWay(ask: Ask): Promise<'sandbox' | 'gitlab' | null> {
  return await ask.choose('What do you want to set up?', [
    { value: 'sandbox', label: 'Try it first', hint: 'a GitLab stand-in on this machine, nothing to lose' },
    { value: 'gitlab', label: 'Our GitLab' },
  ]);
}

/** Answers, by the names of their options. */
export type Values = Record<string, string | undefined>;

/** Asks for what is missing, in order. @returns whether the person stayed to the end */
export async function askFor(ask: Ask, values: Values): Promise<boolean> {
  const { path, usernames: names, timeZone, serviceUrl } = ANSWER_PROBLEMS;
  const questions: readonly (readonly [
    string,
    Parameters<Ask['text']>[0] | (() => Parameters<Ask['text']>[0]),
  ])[] = [
    [
      'group',
      { message: 'Group of the epics, labels and boards', placeholder: 'acme/services', problem: path },
    ],
    [
      'project',
      () => ({
        message: 'Project of the issues, in that group',
        initial: `${values['group']}/engagements`,
        problem: path,
      }),
    ],
    [
      'manager',
      {
        message: 'Managers, by GitLab username; the first is the default',
        placeholder: 'mira, ada',
        problem: names,
      },
    ],
    [
      'engineer',
      {
        message: 'Engineers, by GitLab username; the first is the default',
        placeholder: 'eli, noor',
        problem: names,
      },
    ],
    ['time-zone', { message: 'Time zone', initial: ownTimeZone(), problem: timeZone }],
    [
      'service-url',
      {
        message: 'Address of the webhook service; empty without one',
        placeholder: 'https://procession.example.com',
        problem: serviceUrl,
      },
    ],
    [
      'component',
      () => ({
        message: 'Project with Procession in your GitLab, for the pipelines',
        initial: `${values['group']}/procession`,
        problem: path,
      }),
    ],
  ];
  for (const [name, question] of questions) {
    if (values[name] !== undefined) continue;
    const answer = await ask.text(typeof question === 'function' ? question() : question);
    if (answer === null) return false;
    values[name] = answer;
  }
  return true;
}

const PROBLEM_OF: Readonly<Record<string, (text: string) => string | undefined>> = {
  group: ANSWER_PROBLEMS.path,
  project: ANSWER_PROBLEMS.path,
  component: ANSWER_PROBLEMS.path,
  manager: ANSWER_PROBLEMS.usernames,
  engineer: ANSWER_PROBLEMS.usernames,
  'time-zone': ANSWER_PROBLEMS.timeZone,
  'service-url': ANSWER_PROBLEMS.serviceUrl,
};

/** @throws UsageError naming the first option that is wrong */
export function checkGiven(values: Values): void {
  for (const [name, value] of Object.entries(values)) {
    const problem = value === undefined ? undefined : PROBLEM_OF[name]?.(value);
    if (problem !== undefined) throw new UsageError(`--${name}: ${problem}.`, 'procession init --help');
  }
}

/** The default for the time zone. */
export function ownTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
