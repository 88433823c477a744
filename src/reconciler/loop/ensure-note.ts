import type { StepKey } from '#domain/base/keys.ts';
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';
import { parseNoteMarker } from '#domain/text/marker.ts';
import { resolveReferences } from '#domain/text/references.ts';
import type { GitLab } from '#ports/gitlab.ts';

/**
 * Writes the one note of a rule on an item: made, edited in place, or left alone when the note says so already.
 *
 * @param mayMake otherwise a note that is there is edited, and none is made
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
  }: { readonly isNew?: boolean; readonly internal?: boolean; readonly mayMake?: boolean } = {},
): Promise<void> {
  const text = resolveReferences(body, world.issues, target.kind);
  if (isNew) {
    await world.gitlab.createNote(target, text, internal);
    return;
  }
  const me = await world.gitlab.whoAmI();
  const notes = await world.gitlab.readNotes(target);
  const existing = notes.find((note) => note.author.id === me.id && parseNoteMarker(note.body) === rule);
  if (existing === undefined) {
    if (mayMake) await world.gitlab.createNote(target, text, internal);
  } else if (existing.body.trim() !== text.trim()) await world.gitlab.updateNote(target, existing, text);
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
