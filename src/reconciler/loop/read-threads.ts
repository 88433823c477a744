/** The threads of recurring steps: read only where something is to be opened, asked for, or was said. */

import type { Assessment } from '#domain/assess/step-status.ts';
import { type RunningTracker, runningTrackers } from '#domain/assess/trackers.ts';
import { localDate } from '#domain/base/calendar.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { isAmong } from '#domain/base/username.ts';
import { mayCommand } from '#domain/comments/rights.ts';
import type { ActualIssue, ActualThread } from '#domain/engagement/state.ts';
import type { Identified } from '#domain/record/identify.ts';
import {
  type Look,
  needsThreads,
  type Settled,
  settleThreads,
  settleUnread,
} from '#domain/recurring/settle.ts';
import type { GitLab, GitLabReader } from '#ports/gitlab.ts';

/** Reader of comments that keeps the threads of recurring steps: one list brings both. */
export interface ThreadReader {
  /** The port, whose notes of these issues come from their threads. */
  readonly gitlab: GitLab;
  /** Threads that were read, by the id of their issue. */
  readonly read: Map<number, readonly ActualThread[]>;
}

/** Makes a reader of threads. @param issues those of recurring steps */
export function keepingThreads(gitlab: GitLab, issues: ReadonlySet<number>): ThreadReader {
  const read = new Map<number, readonly ActualThread[]>();
  if (issues.size === 0) return { gitlab, read };
  return {
    read,
    gitlab: {
      ...gitlab,
      readNotes: async (item) => {
        if (item.kind !== 'issue' || !issues.has(item.id)) return await gitlab.readNotes(item);
        const threads = await gitlab.readThreads(item);
        read.set(item.id, threads);
        return threads.flatMap(({ notes }) => notes).toSorted((a, b) => a.id - b.id);
      },
    },
  };
}

interface ThreadInput {
  readonly found: Identified;
  readonly settings: Settings;
  /** ISO 8601. */
  readonly now: string;
}

/** Issues whose threads must be read before anything is decided about them. */
export function issuesToRead(assessment: Assessment, { settings, now }: ThreadInput): ReadonlySet<number> {
  return new Set(
    runningTrackers(assessment, settings).flatMap(({ status: { issue }, tracker, memory, isOpen }) =>
      issue !== null && needsThreads(tracker, memory, { now, isOpen }) ? [issue.id] : [],
    ),
  );
}

/** Decides about every recurring step, from its threads where they were read, or have to be. Writes nothing. */
export async function settleTrackers(
  gitlab: GitLab,
  assessment: Assessment,
  { read, ...input }: ThreadInput & Pick<ThreadReader, 'read'>,
): Promise<ReadonlyMap<StepKey, Settled>> {
  const settled = new Map<StepKey, Settled>();
  const wanted = issuesToRead(assessment, input);
  for (const running of runningTrackers(assessment, input.settings)) {
    const { issue, key } = running.status;
    if (issue === null) continue;
    const threads = read.get(issue.id) ?? (wanted.has(issue.id) ? await gitlab.readThreads(issue) : null);
    const look = await lookOf(gitlab, threads ?? [], running, input);
    const { tracker, memory } = running;
    settled.set(
      key,
      threads === null ? settleUnread(tracker, memory, look) : settleThreads(tracker, memory, threads, look),
    );
  }
  return settled;
}

async function lookOf(
  gitlab: GitLabReader,
  threads: readonly ActualThread[],
  { memory, isOpen }: RunningTracker,
  { found, settings, now }: ThreadInput,
): Promise<Look> {
  const authors = threads.flatMap(({ notes }) => notes.map(({ author }) => author));
  const me = authors.length === 0 ? null : await gitlab.whoAmI();
  const ours = new Set([
    ...(me === null ? [] : [me.id]),
    ...(found.epic === null ? [] : [found.epic.author.id]),
    ...authors.filter(({ username }) => isAmong(username, settings.formerUsers)).map(({ id }) => id),
  ]);
  // Where Procession works with the token of a person, that person writes minutes too.
  const isBot = (id: number): boolean => ours.has(id) && (me?.isBot === true || id !== me?.id);
  const unknown = new Set(
    authors.map(({ id }) => id).filter((id) => !isBot(id) && !memory.members.includes(id)),
  );
  const levels = await Promise.all(
    [...unknown].map(async (id) => [id, await gitlab.readAccessLevel(id)] as const),
  );
  const members = new Set([
    ...memory.members,
    ...levels.flatMap(([id, level]) => (mayCommand(level) ? [id] : [])),
  ]);
  return {
    now,
    isOpen,
    mayNudge: mayNudge(now, settings),
    isOurs: (id) => ours.has(id),
    isMember: (id) => members.has(id),
    isClosed: closedIn([...found.issues.values()]),
  };
}

function mayNudge(now: string, { reminders, calendar }: Settings): boolean {
  const today = localDate(now, calendar);
  return reminders.enabled && !reminders.quiet.some(({ from, to }) => from <= today && today <= to);
}

function closedIn(issues: readonly ActualIssue[]): Look['isClosed'] {
  const closed = new Set(issues.filter(({ state }) => state === 'closed').map(({ iid }) => iid));
  return (iid) => closed.has(iid);
}
