import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Action } from '#domain/plan/action.ts';
import type { GitLabWriter } from '#ports/gitlab.ts';

/** Carries out one change of a thread, on the issue of its step. */
export async function changeThread(
  gitlab: Pick<GitLabWriter, 'openThread' | 'updateNote' | 'deleteNote'>,
  issue: ActualIssue,
  action: Extract<Action, { kind: 'open-thread' | 'edit-thread' | 'delete-thread' }>,
): Promise<void> {
  if (action.kind === 'open-thread') await gitlab.openThread(issue, action.body);
  else if (action.kind === 'edit-thread') await gitlab.updateNote(issue, { id: action.noteId }, action.body);
  else await gitlab.deleteNote(issue, { id: action.noteId });
}
