import type { StepKey } from '#domain/base/keys.ts';
import type { ActualEpic, ActualIssue, ActualNote } from '#domain/engagement/state.ts';
import { parseNoteMarker } from '#domain/text/marker.ts';
import { resolveReferences } from '#domain/text/references.ts';
import type { GitLab } from '#ports/gitlab.ts';

/**
 * Writes the one note of a rule on an item: made, edited in place, or left alone when the note says so already.
 *
 * @param mayMake otherwise a note that is there is edited, and none is made
 * @param once where another writer has made one at the same moment, the later one is taken back
 * @returns whether it was made now
 * @param isNew this run has made the item, so nothing is on it yet and nothing is read
 */
export async function ensureNote(
  world: { readonly gitlab: GitLab; readonly issues: ReadonlyMap<StepKey, ActualIssue> },
  target: ActualEpic | ActualIssue,
  rule: string,
  body: string,
  {
    isNew = false,
    internal = false,
    mayMake = true,
    once = false,
  }: {
    readonly isNew?: boolean;
    readonly internal?: boolean;
    readonly mayMake?: boolean;
    readonly once?: boolean;
  } = {},
): Promise<'made' | 'there'> {
  const text = resolveReferences(body, world.issues, target.kind);
  if (isNew) {
    await world.gitlab.createNote(target, text, internal);
    return 'made';
  }
  const me = await world.gitlab.whoAmI();
  const own = async (): Promise<readonly ActualNote[]> =>
    (await world.gitlab.readNotes(target)).filter(
      (note) => note.author.id === me.id && parseNoteMarker(note.body) === rule,
    );
  const [existing, ...doubles] = await own();
  // A crash may have come between making one and taking it back.
  if (once) for (const double of doubles) await world.gitlab.deleteNote(target, double);
  if (existing === undefined) {
    if (!mayMake) return 'there';
    const made = await world.gitlab.createNote(target, text, internal);
    // Of two writers each sees at least the other's, and both let the older one stand.
    if (!once || !(await own()).some(({ id }) => id < made.id)) return 'made';
    await world.gitlab.deleteNote(target, made);
  } else if (existing.body.trim() !== text.trim()) await world.gitlab.updateNote(target, existing, text);
  return 'there';
}

/** Writes a note on the epic outside a plan: where there is nothing to plan with. */
export async function writeEpicNote(
  gitlab: GitLab,
  epic: ActualEpic,
  rule: string,
  body: string,
): Promise<void> {
  await ensureNote({ gitlab, issues: new Map() }, epic, rule, body);
}
