/**
 * Which comments to read, and who wrote the commands in them. Comments cost a request per epic or issue, so they are
 * read where something may be new: where a webhook says so, where GitLab counts more (or fewer) comments than when they
 * were last read, and where closing a step rests on what somebody said.
 */

import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { wasDone } from '#domain/assess/was-done.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import {
  type Followed,
  followComments,
  type ItemComments,
  itemName,
  newCommandNotes,
} from '#domain/comments/follow-comments.ts';
import { assignedUsers } from '#domain/comments/parse-command.ts';
import { withoutUnproven } from '#domain/comments/proof.ts';
import type { ActualEpic, ActualIssue, ActualUser, NoteTarget } from '#domain/engagement/state.ts';
import type { Proposal } from '#domain/proposals/proposal.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import type { GitLab } from '#ports/gitlab.ts';
import type { CommentLook } from './comment-look.ts';

interface CommentInput {
  readonly look: CommentLook;
  readonly found: Identified;
  readonly rulings: Rulings;
  /** As things stand without what the comments say. */
  readonly assessment: Assessment;
  /** What people are asked. */
  readonly proposals: readonly Proposal[];
  readonly settings: Settings;
}

/** Reads comments and follows the commands in them; `null` when there was nothing to read. Writes nothing. */
export async function readComments(gitlab: GitLab, input: CommentInput): Promise<Followed | null> {
  const items = itemsToRead(input);
  if (items.length === 0) return null;
  const comments = await Promise.all(
    items.map(
      async ([target, item]): Promise<ItemComments> => ({
        target,
        item,
        before: issueBefore(target, input),
        notes: await gitlab.readNotes(item),
      }),
    ),
  );
  const rulings = withoutUnproven(input.rulings, comments, settledSteps(input));
  const { assessment, proposals, settings } = input;
  const notes = newCommandNotes(comments, rulings).map(({ note }) => note);
  const levels = await levelsOf(
    gitlab,
    notes.map(({ author }) => author.id),
  );
  const fromMembers = notes.filter(({ author }) => levels.has(author.id));
  const named = await membersNamed(
    gitlab,
    fromMembers.flatMap(({ body }) => assignedUsers(body)),
  );
  return followComments({ comments, rulings, assessment, proposals, settings, levels, named });
}

function issueBefore(target: NoteTarget, { found }: CommentInput): string | undefined {
  const id = target.kind === 'step' ? found.record?.memory.issues.get(target.step) : undefined;
  return id === undefined ? undefined : itemName({ kind: 'issue', id });
}

/** Asked for what members have written only: others could make us ask without end. */
async function membersNamed(
  gitlab: GitLab,
  usernames: readonly string[],
): Promise<ReadonlyMap<string, ActualUser>> {
  const known = await Promise.all(
    [...new Set(usernames)].map(async (name) => [name, await gitlab.findMember(name)] as const),
  );
  return new Map(known.flatMap(([name, user]) => (user === null ? [] : [[name, user] as const])));
}

async function levelsOf(gitlab: GitLab, userIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const levels = await Promise.all(
    [...new Set(userIds)].map(async (id) => [id, await gitlab.readAccessLevel(id)] as const),
  );
  return new Map(levels.flatMap(([id, level]) => (level === null ? [] : [[id, level] as const])));
}

type Target = readonly [NoteTarget, ActualEpic | ActualIssue];

function itemsToRead(input: CommentInput): readonly Target[] {
  const { found, assessment } = input;
  const steps = assessment.steps.flatMap((status): Target[] => {
    const { issue, key } = status;
    if (issue === null || !(isCountedAnew(issue, input) || restsOnWords(status, input))) return [];
    return [[{ kind: 'step', step: key }, issue]];
  });
  const epic: Target[] = found.epic === null ? [] : [[{ kind: 'epic' }, found.epic]];
  return [...(looksAtEpic(input) ? epic : []), ...steps];
}

function isCountedAnew(issue: ActualIssue, { look, rulings }: CommentInput): boolean {
  if (look.issues?.has(issue.id) === true) return true;
  if (issue.notesCount === null) return look.epic !== null;
  const reading = rulings.readings.find(({ item }) => item === itemName(issue));
  return issue.notesCount !== (reading?.count ?? 0);
}

/** Just closed, and done only by an approval or a waiver: who said it is proven from the comment itself. */
function restsOnWords(status: StepStatus, input: CommentInput): boolean {
  const { approvals, waivers } = input.rulings;
  return (
    status.issue?.state === 'closed' &&
    !isSettled(status, input) &&
    [...approvals, ...waivers].some(({ step, note }) => step === status.key && note !== null)
  );
}

function settledSteps(input: CommentInput): ReadonlySet<StepKey> {
  return new Set(input.assessment.steps.filter((status) => isSettled(status, input)).map(({ key }) => key));
}

function isSettled({ key, issue }: StepStatus, { found, settings }: CommentInput): boolean {
  return wasDone(key, issue, found, settings);
}

function looksAtEpic(input: CommentInput): boolean {
  const { look, found, assessment } = input;
  if (found.epic === null) return false;
  // A comment on a tracking issue is named by its event, as on every issue.
  if (found.epic.tracking !== null && look.issues?.has(found.epic.id) === true) return true;
  if (look.epic === 'always' || assessment.steps.some((status) => restsOnWords(status, input))) return true;
  const { updatedAt } = found.epic;
  return look.epic !== null && updatedAt >= look.epic.changedSince && updatedAt !== look.epic.lookedAt;
}
