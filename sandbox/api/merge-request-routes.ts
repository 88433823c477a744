import { projectAddress } from '#sandbox/addresses.ts';
import { timestamp } from '#sandbox/engine.ts';
import { takeId } from '#sandbox/new-world.ts';
import { checkNoteBody } from '#sandbox/note-writes.ts';
import { extractQuickActions } from '#sandbox/quick-actions.ts';
import { forbidden, notFound, projectAccess, projectById } from '#sandbox/reading.ts';
import type { MergeRequest, MergeRequestNote, World } from '#sandbox/world.ts';
import type { Answer, Call, Route } from './call.ts';
import { actorOf, created, numberPart, ok, PAGING, projectOf, recordNotFound } from './call.ts';
import { paged } from './paging.ts';
import { requireAll } from './parameters.ts';
import { showUserById } from './show.ts';

const NOTES = '/projects/:id/merge_requests/:iid/notes';
const MAINTAINER = 40;
const PLANNER = 15;

/**
 * As much of merge requests as a pipeline needs: which one a commit came from, and comments.
 *
 * @see https://docs.gitlab.com/api/notes/#merge-requests
 * @see https://docs.gitlab.com/api/commits/#list-all-merge-requests-associated-with-a-commit
 */
export const MERGE_REQUEST_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/projects/:id/merge_requests/:iid',
    parameters: ['render_html', 'include_diverged_commits_count', 'include_rebase_in_progress'],
    answer: (call) => ok(showMergeRequest(call.engine.world, mergeRequestOf(call))),
  },
  {
    method: 'GET',
    path: '/projects/:id/repository/commits/:sha/merge_requests',
    parameters: ['state', ...PAGING],
    answer: listOfCommit,
  },
  { method: 'GET', path: NOTES, parameters: ['order_by', 'sort', ...PAGING], answer: listNotes },
  {
    method: 'POST',
    path: NOTES,
    parameters: ['body', 'confidential', 'internal', 'created_at', 'merge_request_diff_head_sha'],
    answer: createNote,
  },
  {
    method: 'GET',
    path: `${NOTES}/:note_id`,
    parameters: [],
    answer: (call) => {
      const mergeRequest = mergeRequestOf(call);
      return ok(showNote(call.engine.world, mergeRequest, noteOf(call, mergeRequest)));
    },
  },
  { method: 'PUT', path: `${NOTES}/:note_id`, parameters: ['body', 'confidential'], answer: updateNote },
];

/** Merge requests of a private project are for Planners and up. */
function mergeRequestOf(call: Call): MergeRequest {
  const project = projectOf(call);
  const iid = numberPart(call, 'iid');
  const found = call.engine.world.mergeRequests.find((it) => it.projectId === project.id && it.iid === iid);
  if (found === undefined || projectAccess(call.engine.world, call.user, project) < PLANNER)
    throw recordNotFound();
  return found;
}

function listOfCommit(call: Call): Answer {
  const { world } = call.engine;
  const project = projectOf(call);
  const sha = call.part('sha');
  const state = call.parameters.oneOf('state', ['opened', 'closed', 'locked', 'merged', 'all']) ?? 'all';
  const found = world.mergeRequests.filter(
    (it) =>
      it.projectId === project.id &&
      [it.sha, it.mergeCommitSha, it.squashCommitSha].includes(sha) &&
      (state === 'all' || it.state === state),
  );
  return paged(call, found.toReversed(), (it) => showMergeRequest(world, it));
}

function noteOf(call: Call, mergeRequest: MergeRequest): MergeRequestNote {
  const id = numberPart(call, 'note_id');
  const note = mergeRequest.notes.find((it) => it.id === id);
  if (note === undefined) throw notFound('Note');
  return note;
}

function listNotes(call: Call): Answer {
  const mergeRequest = mergeRequestOf(call);
  const by = call.parameters.oneOf('order_by', ['created_at', 'updated_at']) ?? 'created_at';
  const direction = (call.parameters.oneOf('sort', ['asc', 'desc']) ?? 'desc') === 'asc' ? 1 : -1;
  const instant = (note: MergeRequestNote): string => (by === 'created_at' ? note.createdAt : note.updatedAt);
  const notes = mergeRequest.notes.toSorted(
    (one, other) =>
      direction *
      (instant(one) === instant(other) ? one.id - other.id : instant(one) < instant(other) ? -1 : 1),
  );
  return paged(call, notes, (note) => showNote(call.engine.world, mergeRequest, note));
}

function createNote(call: Call): Answer {
  requireAll(call.parameters, ['body']);
  const mergeRequest = mergeRequestOf(call);
  const actor = actorOf(call);
  call.engine.limits.count('noteCreation', actor.id);
  const now = timestamp(call.engine);
  const note: MergeRequestNote = {
    id: takeId(call.engine.world, 'note'),
    authorId: actor.id,
    createdAt: now,
    body: textOf(mergeRequest, call.parameters.required('body')),
    updatedAt: now,
  };
  mergeRequest.notes.push(note);
  return created(showNote(call.engine.world, mergeRequest, note));
}

/** Its author or a Maintainer edits a note. */
function updateNote(call: Call): Answer {
  const mergeRequest = mergeRequestOf(call);
  const note = noteOf(call, mergeRequest);
  const actor = actorOf(call);
  const level = projectAccess(
    call.engine.world,
    actor,
    projectById(call.engine.world, mergeRequest.projectId),
  );
  if (note.authorId !== actor.id && level < MAINTAINER) throw forbidden();
  const body = call.parameters.text('body');
  if (body !== undefined) {
    note.body = textOf(mergeRequest, body);
    note.updatedAt = timestamp(call.engine);
  }
  return ok(showNote(call.engine.world, mergeRequest, note));
}

/** What is kept of a comment: quick actions are cut out. @throws {Refusal} 400 when it is blank or too long. */
function textOf(mergeRequest: MergeRequest, body: string): string {
  checkNoteBody(body);
  const { text, commands } = extractQuickActions(body);
  mergeRequest.quickActions.push(...commands.map(({ name }) => name));
  return text;
}

function showMergeRequest(world: World, it: MergeRequest): object {
  const project = projectById(world, it.projectId);
  return {
    id: it.id,
    iid: it.iid,
    project_id: it.projectId,
    title: it.title,
    description: '',
    state: it.state,
    author: showUserById(world, it.authorId),
    source_branch: it.sourceBranch,
    target_branch: it.targetBranch,
    sha: it.sha,
    merge_commit_sha: it.mergeCommitSha,
    squash_commit_sha: it.squashCommitSha,
    user_notes_count: it.notes.length,
    web_url: `${projectAddress(world, project)}/-/merge_requests/${it.iid}`,
  };
}

function showNote(world: World, mergeRequest: MergeRequest, note: MergeRequestNote): object {
  return {
    id: note.id,
    type: null,
    body: note.body,
    author: showUserById(world, note.authorId),
    created_at: note.createdAt,
    updated_at: note.updatedAt,
    system: false,
    noteable_id: mergeRequest.id,
    noteable_type: 'MergeRequest',
    project_id: mergeRequest.projectId,
    resolvable: false,
    confidential: false,
    internal: false,
    noteable_iid: mergeRequest.iid,
    commands_changes: {},
  };
}
