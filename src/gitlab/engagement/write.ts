/** Labels, links and notes; with `write-items.ts` the writing half of the adapter. */

import { z } from 'zod';
import { GitLabConflictError, GitLabRefusedError } from '#domain/base/errors.ts';
import type { ActualEpic, ActualIssue, ActualNote } from '#domain/engagement/state.ts';
import { backoffMs } from '#gitlab/http/backoff.ts';
import type { Connection } from '#gitlab/http/connection.ts';
import { isMissing, lookBeforeRepeat, mayHaveLanded, orNull } from '#gitlab/http/look-before-repeat.ts';
import { Note, parseAnswer, Reaction } from '#gitlab/http/schema.ts';
import { AnswerLostError } from '#gitlab/http/to-app-error.ts';
import type { ActualLink, GitLabWriter } from '#ports/gitlab.ts';
import { editNote } from './edit-note.ts';
import { notesPath, projectOf, type Reader } from './read.ts';
import { createItemWriter } from './write-items.ts';

const MAX_LINK_TRIES = 4;
/** A note of ours with the same text that is older than this is another one, not the one whose answer was lost. */
const RECENT_MS = 10 * 60_000;

/** Creates the writing half of the adapter. */
export function createWriter(connection: Connection, reader: Reader): Omit<GitLabWriter, 'startPipeline'> {
  const { group, groupLabels, issueLinks } = connection;

  async function labelExists(name: string): Promise<boolean> {
    return (await orNull(groupLabels.show(group, name))) !== null;
  }

  /**
   * `POST /projects/:id/issues/:iid/links`. GitLab refuses a second relation between two issues with 409,
   * whatever its type and direction, so one in the way is taken out first.
   *
   * @see https://docs.gitlab.com/api/issue_links/
   */
  async function linkBlocks(blocker: ActualIssue, blocked: ActualIssue): Promise<'created' | 'existed'> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await issueLinks.create(blocker.projectId, blocker.iid, blocked.projectId, blocked.iid, {
          linkType: 'blocks',
        });
        return 'created';
      } catch (error) {
        if (!mayHaveLanded(error)) throw error;
        const isLost = error instanceof AnswerLostError;
        if (isLost) await connection.sleep(backoffMs(attempt, connection.random));
        const between = (await reader.readLinks(blocker)).filter(({ issueId }) => issueId === blocked.id);
        if (between.some(({ type }) => type === 'blocks')) return isLost ? 'created' : 'existed';
        if ((between.length === 0 && !isLost) || attempt >= MAX_LINK_TRIES) throw error;
        for (const link of between) await removeLink(blocker, link);
      }
    }
  }

  /**
   * Free has this link type only. A lost answer is looked up among the links of the step, which has few.
   *
   * @see https://docs.gitlab.com/api/issue_links/
   */
  async function linkRelated(
    epic: ActualEpic,
    issue: ActualIssue,
  ): Promise<'created' | 'existed' | 'refused'> {
    const projectId = projectOf(epic) ?? issue.projectId;
    const isThere = async (): Promise<boolean> =>
      (await reader.readLinks(issue)).some(({ issueId }) => issueId === epic.id);
    return await lookBeforeRepeat<'created' | 'existed' | 'refused'>(connection, {
      send: async () => {
        try {
          await issueLinks.create(projectId, epic.iid, issue.projectId, issue.iid, {
            linkType: 'relates_to',
          });
          return 'created';
        } catch (error) {
          if (error instanceof GitLabConflictError && (await isThere())) return 'existed';
          // A parent and its child, or the 101st relation of the tracking issue.
          if (error instanceof GitLabRefusedError && error.status === 422) return 'refused';
          throw error;
        }
      },
      find: async () => ((await isThere()) ? 'created' : null),
    });
  }

  /** A lost answer does not matter here: the next try to link finds out. */
  async function removeLink(issue: ActualIssue, link: ActualLink): Promise<void> {
    try {
      await issueLinks.remove(issue.projectId, issue.iid, link.linkId);
    } catch (error) {
      if (!(error instanceof AnswerLostError) && !isMissing(error)) throw error;
    }
  }

  async function findNote(target: ActualEpic | ActualIssue, body: string): Promise<ActualNote | null> {
    const [me, notes] = await Promise.all([reader.whoAmI(), listNewestNotes(connection, target)]);
    const since = connection.now() - RECENT_MS;
    const isSame = (note: ActualNote): boolean =>
      note.author.id === me.id && note.body.trim() === body.trim() && Date.parse(note.createdAt) >= since;
    return notes.find(isSame) ?? null;
  }

  return {
    ...createItemWriter(connection, reader),
    linkBlocks,
    linkRelated,

    /** @see https://docs.gitlab.com/api/group_labels/#create-a-new-group-label */
    async createLabel({ name, color, description }) {
      const outcome = await lookBeforeRepeat<'created' | 'existed'>(connection, {
        send: async () => {
          try {
            await groupLabels.create(group, name, color, { description });
            return 'created';
          } catch (error) {
            // A label that exists is 409, and 400 "has already been taken" where the model notices it first.
            if (isTaken(error) && (await labelExists(name))) return 'existed';
            throw error;
          }
        },
        find: async () => ((await labelExists(name)) ? 'created' : null),
      });
      reader.rememberLabel(name);
      return outcome;
    },

    /** @see https://docs.gitlab.com/api/notes/ */
    createNote(target, body) {
      const what = `POST ${notesPath(target)}`;
      return lookBeforeRepeat<ActualNote>(connection, {
        send: async () => parseAnswer(Note, await postNote(connection, target, body), what),
        find: () => findNote(target, body),
      });
    },

    /**
     * GitLab answers **404** to a reaction that is there already.
     * @see https://docs.gitlab.com/api/emoji_reactions/
     */
    async react(issue, noteId, emoji) {
      const { projectId, iid } = issue;
      const what = `/projects/${projectId}/issues/${iid}/notes/${noteId}/award_emoji`;
      const me = await reader.whoAmI();
      await lookBeforeRepeat<'reacted'>(connection, {
        send: async () => {
          await connection.issueNoteReactions.award(projectId, iid, noteId, emoji);
          return 'reacted';
        },
        find: async () => {
          const answer = await orNull(connection.issueNoteReactions.all(projectId, iid, noteId));
          // The comment is gone: there is nothing to react to any more.
          if (answer === null) return 'reacted';
          const awards = parseAnswer(z.array(Reaction), answer, `GET ${what}`);
          return awards.some(({ name, user }) => name === emoji && user.id === me.id) ? 'reacted' : null;
        },
      });
    },

    updateNote(target, note, body) {
      const requests = {
        path: `${notesPath(target)}/${note.id}`,
        edit: () => putNote(connection, target, { ...note, body }),
        show: () => showNote(connection, target, note.id),
      };
      return editNote(connection, requests, body);
    },
  };
}

function isTaken(error: unknown): boolean {
  return mayHaveLanded(error)
    ? !(error instanceof AnswerLostError)
    : error instanceof GitLabRefusedError && error.status === 400;
}

async function listNewestNotes(
  connection: Connection,
  target: ActualEpic | ActualIssue,
): Promise<readonly ActualNote[]> {
  const { group, issueNotes, epicNotes, pageSize } = connection;
  const newest = { orderBy: 'created_at', sort: 'desc', page: 1, perPage: pageSize } as const;
  const projectId = projectOf(target);
  const answer = await (projectId === null
    ? epicNotes.all(group, target.id, newest)
    : issueNotes.all(projectId, target.iid, newest));
  return parseAnswer(z.array(Note), answer, `GET ${notesPath(target)}`);
}

function postNote(
  { group, issueNotes, epicNotes }: Connection,
  target: ActualEpic | ActualIssue,
  body: string,
): Promise<unknown> {
  const projectId = projectOf(target);
  return projectId === null
    ? epicNotes.create(group, target.id, body)
    : issueNotes.create(projectId, target.iid, body);
}

function putNote(
  { group, issueNotes, epicNotes }: Connection,
  target: ActualEpic | ActualIssue,
  { id, body }: ActualNote,
): Promise<unknown> {
  const projectId = projectOf(target);
  return projectId === null
    ? epicNotes.edit(group, target.id, id, { body })
    : issueNotes.edit(projectId, target.iid, id, { body });
}

function showNote(
  { group, issueNotes, epicNotes }: Connection,
  target: ActualEpic | ActualIssue,
  id: number,
): Promise<unknown> {
  const projectId = projectOf(target);
  return projectId === null
    ? epicNotes.show(group, target.id, id)
    : issueNotes.show(projectId, target.iid, id);
}
