/** The stage of a deal, in whatever spelling a CRM has for it: only one word of it launches. */

import { closest, orQuestion } from '#domain/base/closest.ts';
import { type InputProblem, problem, shown } from '#domain/base/input-problem.ts';

/** The stage in which a SOW launches an engagement. */
export const LAUNCH_STAGE = 'closed_won';
/** The stage of a deal that will never be won. */
const LOST_STAGE = 'closed_lost';

/** Whether a deal in this stage, of a SOW or by itself, is given up: lost, or without activity. */
export function isGivenUp(stage: string): boolean {
  return [LOST_STAGE, 'lost', 'stale'].includes(stage);
}

/** Stages by their letters, the way CRMs name them out of the box: HubSpot `closedwon`, Salesforce `Closed Won`. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ['closedwon', LAUNCH_STAGE],
  ['wonclosed', LAUNCH_STAGE],
  ['won', LAUNCH_STAGE],
  ['closedlost', LOST_STAGE],
  ['lostclosed', LOST_STAGE],
  ['lost', LOST_STAGE],
]);

/**
 * A stage in our words; one that is none of them as it is.
 *
 * @example stageOf('Closed Won') // closed_won
 * @example stageOf('8 - Closed Lost') // closed_lost
 */
export function stageOf(text: string): string {
  return KNOWN.get(lettersOf(text)) ?? text;
}

/** What is wrong with a stage that is nearly one of our words: nobody can tell whether it launches. `null`: nothing. */
export function stageProblem(text: string): InputProblem | null {
  const ours: readonly string[] = [LAUNCH_STAGE, LOST_STAGE];
  if (ours.includes(stageOf(text))) return null;
  const meant = closest(lettersOf(text), ours);
  if (meant.length === 0) return null;
  return problem(
    { at: 'stage' },
    `expected ${LAUNCH_STAGE}, or a stage before it, got ${shown(text)}`,
    `${orQuestion(meant)} Only ${LAUNCH_STAGE} launches; a stage of your own needs a name that is less like it.`,
  );
}

/**
 * Why a SOW or a deal in this stage launches nothing, as half a sentence.
 *
 * @param starts the stages in which its process launches
 */
export function notWonReason(stage: string, starts: readonly string[] = [LAUNCH_STAGE]): string {
  // A CRM that was connected late, or that tells of a week at once.
  if (stage === LAUNCH_STAGE)
    return 'it was won before anything of it was seen here: its SOW launches the delivery, and nothing runs the deal itself, unless somebody names its process (procession apply <its file> --process <id>)';
  if (stage === LOST_STAGE || stage === 'lost')
    return `its stage is ${stage}: a deal that is lost launches nothing`;
  const until = `its stage is ${shown(stage)}; nothing is launched until it is ${starts.join(' or ')}`;
  return starts.includes(LAUNCH_STAGE)
    ? until
    : `${until}, the stages in which its process begins (launch.stage in the process.yml of the process)`;
}

/** Lower-case letters alone, without the number that CRMs put before a stage (`7-Closed Won`). */
export function lettersOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}]/gu, '');
}
