import { type ConnectionOptions, connect } from '#gitlab/http/connection.ts';
import type { GitLab } from '#ports/gitlab.ts';
import { findEpics, readEngagement, readEpicIssues } from './engagements.ts';
import { createEpic, createIssue, readNow, updateEpic, updateIssue } from './items.ts';
import { createLabel, readLabelEvents, readLabelIds, readLabels, readLaunched } from './labels.ts';
import { linkBlocks, linkRelated, readLinks, unlinkBlocks } from './links.ts';
import { createNote, deleteNote, react, readNotes, updateNote } from './notes.ts';
import { readPipeline, startPipeline } from './pipelines.ts';
import { placeInEpic } from './places.ts';
import { readAll } from './read-all.ts';
import { relateEpics } from './relations.ts';
import { openSession } from './session.ts';
import { openThread, readThreads } from './threads.ts';
import { findMember, readAccessLevel } from './users.ts';

/** Address, token, group and project of a GitLab. */
export type GitLabOptions = ConnectionOptions;

/**
 * Creates the adapter for one group (epics, labels) and one project (issues). Makes no request, and remembers only
 * what hardly changes: capabilities, the token's user, users found, labels.
 *
 * The token needs the scope `api`, its user the role Planner (GitLab before 17.7: Reporter) in the group.
 */
export function createGitLab(options: GitLabOptions): GitLab {
  const session = openSession(connect(options));
  return {
    readCapabilities: () => session.capabilities.get(),
    readEngagement: (engagement, how) => readEngagement(session, engagement, how),
    readAll: (how) => readAll(session, how),
    readEpicIssues: (epic) => readEpicIssues(session, epic),
    readNow: (items) => readNow(session, items),
    findEpics: (engagement, ids) => findEpics(session, engagement, ids),
    readNotes: (target) => readNotes(session, target),
    readThreads: (issue) => readThreads(session, issue),
    readLinks: (issue) => readLinks(session, issue),
    readLabelEvents: (issue) => readLabelEvents(session, issue),
    readLabels: (how) => readLabels(session, how),
    readLabelIds: (how) => readLabelIds(session, how),
    readLaunched: () => readLaunched(session),
    whoAmI: () => session.me.get(),
    readAccessLevel: (userId) => readAccessLevel(session, userId),
    findMember: (username) => findMember(session, username),
    readPipeline: (project, id) => readPipeline(session, project, id),
    createLabel: (label) => createLabel(session, label),
    createEpic: (epic) => createEpic(session, epic),
    createIssue: (issue) => createIssue(session, issue),
    updateEpic: (epic, changes) => updateEpic(session, epic, changes),
    updateIssue: (issue, changes) => updateIssue(session, issue, changes),
    linkBlocks: (blocker, blocked) => linkBlocks(session, blocker, blocked),
    unlinkBlocks: (blocker, blocked) => unlinkBlocks(session, blocker, blocked),
    linkRelated: (epic, issue) => linkRelated(session, epic, issue),
    relateEpics: (epic, reference) => relateEpics(session, epic, reference),
    placeInEpic: (epic, places) => placeInEpic(session, epic, places),
    createNote: (target, body, internal) => createNote(session, target, body, internal),
    updateNote: (target, note, body) => updateNote(session, target, note, body),
    openThread: (issue, body) => openThread(session, issue, body),
    deleteNote: (target, note) => deleteNote(session, target, note),
    react: (issue, noteId, emoji) => react(session, issue, noteId, emoji),
    startPipeline: (pipeline) => startPipeline(session, pipeline),
  };
}
