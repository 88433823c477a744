/** Notes on merge requests, and which merge request a commit came from. */
import { Commits, MergeRequestNotes } from '@gitbeaker/rest';
import { z } from 'zod';
import { isSameUser } from '#domain/base/username.ts';
import type { ActualNote, ActualUser } from '#domain/engagement/state.ts';
import { parseNoteMarker } from '#domain/text/marker.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { type ConnectionOptions, connect, readList, resourceSettings } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat, orNull } from '#gitlab/http/look-before-repeat.ts';
import type { MergeRequests } from '#ports/merge-requests.ts';
import { editNote } from './notes.ts';
import { Note, User } from './schema.ts';

const MergeRequest = z.object({
  id: z.int(),
  iid: z.int(),
  project_id: z.int(),
  state: z.string(),
  sha: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  squash_commit_sha: z.string().nullish(),
});

/** Connection, and the repository whose merge requests are meant. */
export interface MergeRequestOptions extends ConnectionOptions {
  /** Project of the pipeline, by id (`CI_PROJECT_ID`) or full path; often not the project of the issues. */
  readonly repository: string;
}

/**
 * Creates the adapter for the merge requests of one project. Makes no request.
 *
 * The token needs the scope `api`, its user the role Planner or Reporter in that project.
 */
export function createMergeRequests(options: MergeRequestOptions): MergeRequests {
  const { repository } = options;
  const connection = connect(options);
  const resource = resourceSettings(options);
  const notes = new MergeRequestNotes(resource);
  const commits = new Commits(resource);

  async function me(): Promise<ActualUser> {
    return parseAnswer(User, await connection.users.showCurrentUser(), 'GET /user');
  }

  /** @see https://docs.gitlab.com/api/notes/#list-all-merge-request-notes */
  async function find(iid: number, isWanted: (note: ActualNote) => boolean): Promise<ActualNote | null> {
    const all = await readList<ActualNote>(connection, {
      what: `GET ${notesPath(repository, iid)}`,
      item: Note,
      fetchPage: (page) => notes.all(repository, iid, { orderBy: 'created_at', sort: 'asc', ...page }),
    });
    return all.find(isWanted) ?? null;
  }

  async function noteBy(username: string, iid: number, rule: string): Promise<ActualNote | null> {
    return await find(
      iid,
      ({ author, body }) => isSameUser(author.username, username) && parseNoteMarker(body) === rule,
    );
  }

  async function ownNote(iid: number, rule: string): Promise<ActualNote | null> {
    return await noteBy((await me()).username, iid, rule);
  }

  return {
    async ensureNote(iid, rule, body) {
      const existing = await ownNote(iid, rule);
      if (existing === null) {
        await lookBeforeRepeat<ActualNote>(connection, {
          send: async () =>
            parseAnswer(
              Note,
              await notes.create(repository, iid, body),
              `POST ${notesPath(repository, iid)}`,
            ),
          find: () => ownNote(iid, rule),
        });
        return 'created';
      }
      if (existing.body.trim() === body.trim()) return 'unchanged';
      const requests = {
        path: `${notesPath(repository, iid)}/${existing.id}`,
        edit: () => notes.edit(repository, iid, existing.id, { body }),
        show: () => notes.show(repository, iid, existing.id),
      };
      await editNote(connection, requests, body);
      return 'updated';
    },
    async readNote(iid, rule, reviewer) {
      const note = reviewer === null ? await ownNote(iid, rule) : await noteBy(reviewer, iid, rule);
      return note?.body ?? null;
    },
    whoAmI: async () => (await me()).username,
    /** @see https://docs.gitlab.com/api/commits/#list-all-merge-requests-associated-with-a-commit */
    async mergedBy(commit) {
      const what = `GET /projects/${repository}/repository/commits/${commit}/merge_requests`;
      const answer = await orNull(commits.allMergeRequests(repository, commit));
      const found = answer === null ? [] : parseAnswer(z.array(MergeRequest), answer, what);
      const merged = found.find(
        (it) => it.state === 'merged' && [it.merge_commit_sha, it.squash_commit_sha, it.sha].includes(commit),
      );
      return merged?.iid ?? null;
    },
  };
}

function notesPath(repository: string, iid: number): string {
  return `/projects/${repository}/merge_requests/${iid}/notes`;
}
