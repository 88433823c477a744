/**
 * The record in the epic can be edited by whoever may edit the epic. So where comments were read anyway, an approval or a
 * waiver stands only while its comment is there, by the person it names, and still says so: deleting the comment takes it
 * back, and so does writing something else into it, until the step is done.
 */

import type { CommandName } from '#domain/base/commands.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { ActualNote } from '#domain/engagement/state.ts';
import type { Approval, Rulings, Waiver } from '#domain/rulings/rulings.ts';
import type { ItemComments } from './follow-comments.ts';
import { commandNamesIn } from './parse-command.ts';

/**
 * Drops approvals and waivers whose comment is gone, by somebody else or says no such thing, as far as comments were read.
 *
 * @param settled steps that an earlier run found to be done: the rulings behind those are history
 */
export function withoutUnproven(
  rulings: Rulings,
  comments: readonly ItemComments[],
  settled: ReadonlySet<StepKey>,
): Rulings {
  const epicRead = comments.some(({ target }) => target.kind === 'epic');
  const stepsRead = new Set(comments.flatMap(({ target }) => (target.kind === 'step' ? [target.step] : [])));
  const notes = comments.flatMap((item) => item.notes);
  // A word about a step may stand on its issue or on the epic: it is missing only when both were read.
  const isProven = (said: Waiver | Approval, words: readonly CommandName[]): boolean => {
    // By a label: proven when it was read.
    if (said.note === null || settled.has(said.step)) return true;
    const saysSo = (note: ActualNote): boolean =>
      note.author.id === said.byId && words.some((word) => holds(note, word));
    const saying = notes.find(({ id }) => id === said.note);
    if (saying !== undefined) return saysSo(saying);
    // Where the issue was moved, the comment is a copy with another id: known by author and time.
    const isCopied = notes.some((note) => note.createdAt === said.at && saysSo(note));
    return isCopied || !(epicRead && stepsRead.has(said.step));
  };
  return {
    ...rulings,
    approvals: rulings.approvals.filter((said) =>
      isProven(said, [said.waived === undefined ? 'approve' : 'waive']),
    ),
    waivers: rulings.waivers.filter((said) => isProven(said, ['waive', 'skip'])),
  };
}

/** Whether a comment holds this command. Which step it names is not asked: a migration may have renamed the step. */
function holds({ body }: ActualNote, word: CommandName): boolean {
  return commandNamesIn(body).includes(word);
}
