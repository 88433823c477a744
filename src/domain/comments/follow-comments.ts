/**
 * Follows the commands in comments: pure, so that a crash and a second reading end alike. What a command changes for
 * good goes into the rulings; what it does once (move a date, assign) is said to the plan.
 */

import { hiddenPlace } from '#domain/assess/audience.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { localDate } from '#domain/base/calendar.ts';
import { commandOf } from '#domain/base/commands.ts';
import { ended } from '#domain/base/sentence.ts';
import type { Settings } from '#domain/base/settings.ts';
import type {
  ActualEpic,
  ActualIssue,
  ActualNote,
  ActualUser,
  NoteTarget,
} from '#domain/engagement/state.ts';
import type { Proposal } from '#domain/proposals/proposal.ts';
import { effectsOwed, type OneTimeEffects } from '#domain/rulings/one-time-effects.ts';
import type { Reading, Rulings } from '#domain/rulings/rulings.ts';
import { parseNoteMarker } from '#domain/text/marker.ts';
import { ASKING, SETTLED } from '#domain/texts/notes.ts';
import { carryOutCommand } from './carry-out-command.ts';
import { mayHoldCommand, type ParsedCommand, parseCommands } from './parse-command.ts';
import { type Command } from './read-arguments.ts';
import type { Reply } from './replies.ts';
import { type Speaker, whyNot } from './rights.ts';

/** All comments of one epic or issue, oldest first. */
export interface ItemComments {
  readonly target: NoteTarget;
  readonly item: ActualEpic | ActualIssue;
  /** {@link itemName} of the issue that the step had when the epic was last written: another one, if it was moved since. */
  readonly before?: string | undefined;
  readonly notes: readonly ActualNote[];
}

/** Answer to one comment with commands. */
export interface Answer {
  readonly target: NoteTarget;
  readonly noteId: number;
  readonly outcome: 'done' | 'refused';
  /** Texts in the order of the commands; empty where the reaction says enough. */
  readonly replies: readonly Reply[];
  /** The comment changes issues or the epic, which waits while the engagement is stopped. */
  readonly changes: boolean;
  /** The comment is an internal note. */
  readonly internal: boolean;
}

/** Outcome of all commands: the next rulings, the answers, and effects that happen once. */
export interface Followed {
  readonly rulings: Rulings;
  readonly answers: readonly Answer[];
  readonly effects: OneTimeEffects;
}

/** Comments, and everything that commands in them depend on. */
export interface FollowInput {
  readonly comments: readonly ItemComments[];
  readonly rulings: Rulings;
  /** Assessment before these comments. */
  readonly assessment: Assessment;
  /** What people are asked; absent: nothing. */
  readonly proposals?: readonly Proposal[];
  readonly settings: Settings;
  /** Access level in the project by user id; a user without one is no member. */
  readonly levels: ReadonlyMap<number, number>;
  /** Members of the project that `/ps assign` names, by the name as it was written. */
  readonly named: ReadonlyMap<string, ActualUser>;
}

/** Comments with commands not followed yet, in the order of writing. No comment of ours holds a command. */
export function newCommandNotes(
  comments: readonly ItemComments[],
  rulings: Rulings,
): readonly { readonly from: ItemComments; readonly note: ActualNote }[] {
  return comments
    .flatMap((from) =>
      from.notes
        .filter((note) => mayHoldCommand(note.body) && !isFollowed(note, from, rulings))
        .map((note) => ({ from, note })),
    )
    .toSorted((a, b) => a.note.id - b.note.id);
}

/** Follows all new commands in the order of writing, each with the rulings that the one before left. */
export function followComments(input: FollowInput): Followed {
  let state: Followed = { rulings: input.rulings, answers: [], effects: effectsOwed(input.rulings) };
  for (const { from, note } of newCommandNotes(input.comments, input.rulings))
    state = followNote(state, from, note, input);
  return { ...state, rulings: { ...state.rulings, readings: newReadings(input) } };
}

function followNote(state: Followed, from: ItemComments, note: ActualNote, input: FollowInput): Followed {
  const { steps } = input.assessment.process;
  const parsed = parseCommands(note.body, {
    steps: new Set(steps.map(({ id }) => id)),
    approving: new Set(input.assessment.steps.flatMap(rolesAsked)),
    onEpic: from.target.kind === 'epic',
    writtenOn: localDate(note.createdAt, input.settings.calendar),
  });
  if (parsed.length === 0) return state;
  const speaker: Speaker = { user: note.author, level: input.levels.get(note.author.id) ?? null };
  let { rulings, effects } = state;
  const results = parsed.map((entry) => {
    const result = followCommand({ ...state, rulings, effects }, entry, { from, note, speaker }, input);
    ({ rulings, effects } = result);
    return result;
  });
  const refused = results.some(({ outcome }) => outcome === 'refused');
  const stranger = speaker.level === null;
  const answer: Answer = {
    target: from.target,
    noteId: note.id,
    outcome: refused ? 'refused' : 'done',
    // Strangers get a sign and no words: they could make us write without end.
    replies: stranger ? [] : results.flatMap(({ reply }) => reply ?? []),
    changes: results.some(({ changes }) => changes),
    internal: note.internal,
  };
  return { rulings, effects, answers: [...state.answers, answer] };
}

function rolesAsked({ approvals }: StepStatus): readonly string[] {
  return approvals.map(({ rule }) => rule.role);
}

interface Said {
  readonly from: ItemComments;
  readonly note: ActualNote;
  readonly speaker: Speaker;
}

interface Result {
  readonly rulings: Rulings;
  readonly effects: OneTimeEffects;
  readonly outcome: 'done' | 'refused';
  readonly reply: Reply | null;
  readonly changes: boolean;
}

function followCommand(state: Followed, entry: ParsedCommand, said: Said, input: FollowInput): Result {
  const { rulings, effects } = state;
  const no = (name: string | null, why: string): Result => ({
    rulings,
    effects,
    outcome: 'refused',
    changes: false,
    reply: {
      kind: 'text',
      text: `${name === null ? 'Not followed' : `\`/ps ${name}\` was not followed`}: ${ended(why)}`,
    },
  });
  if (entry.kind === 'refused') return no(entry.name, entry.why);
  const command = withoutSecrets(entry.command, said, input.assessment);
  const status = stepOf(command, said.from.target, input.assessment);
  const why = whyNot(command.name, said.speaker, status, { ...input.assessment, rulings }, input.settings);
  if (why !== null) return no(command.name, why);
  const done = carryOutCommand(command, {
    status,
    said: { by: said.speaker.user, note: said.note, target: said.from.target },
    assessment: { ...input.assessment, rulings },
    effects,
    proposals: input.proposals ?? [],
    settings: input.settings,
    named: input.named,
  });
  if (done.kind === 'refused') return no(command.name, done.why);
  const changes = commandOf(command.name).changes === true;
  const { reply } = done;
  const isCut = 'title' in command && 'title' in entry.command && command.title !== entry.command.title;
  return {
    rulings: done.rulings,
    effects: done.effects,
    outcome: 'done',
    reply: isCut && reply?.kind === 'text' ? { ...reply, text: `${reply.text} ${UNTITLED}` } : reply,
    changes,
  };
}

const UNTITLED =
  'It does not have the title you wrote, because not everybody may read that here; give it one by hand if everybody may.';

/**
 * The command without words that fewer people may read than those who will read what becomes of it: a reason stands in
 * the epic and in reports, a title on boards.
 */
function withoutSecrets(command: Command, { from, note }: Said, assessment: Assessment): Command {
  const where = hiddenPlace(note, from.item, assessment);
  if (where === null) return command;
  return {
    ...command,
    ...('reason' in command ? { reason: `the reason stands ${where}` } : {}),
    ...('title' in command ? { title: null } : {}),
  };
}

/** The step a command is about: the one it names, else the issue's own. */
function stepOf(command: Command, target: NoteTarget, { steps }: Assessment): StepStatus | null {
  const named = 'step' in command ? command.step : null;
  const key = named ?? (target.kind === 'step' ? target.step : null);
  return steps.find((status) => status.key === key) ?? null;
}

/** Names an epic or issue, whose ids come from different sequences: `issue 501`. */
export function itemName({ kind, id }: Pick<ActualEpic | ActualIssue, 'kind' | 'id'>): string {
  return `${kind} ${id}`;
}

/**
 * Whether a comment has been followed. GitLab copies the comments of an issue that is moved: the copies have new ids and
 * texts with rewritten references, the same authors and times. So in an issue that was never read before, what is no
 * younger than the last comment read in its predecessor has been followed there.
 *
 * @see https://gitlab.com/gitlab-org/gitlab-foss/-/blob/master/app/services/notes/copy_service.rb
 */
function isFollowed(note: ActualNote, { item, before }: ItemComments, { readings }: Rulings): boolean {
  const own = readings.find((reading) => reading.item === itemName(item));
  if (own !== undefined) return note.id <= own.upTo;
  const until = readings.find((reading) => reading.item === before)?.at;
  return until !== undefined && note.createdAt <= until;
}

function newReadings({ comments, rulings }: FollowInput): Reading[] {
  const now = new Map(rulings.readings.map((reading) => [reading.item, reading]));
  for (const { item, notes } of comments) {
    const newest = notes.toSorted((a, b) => b.id - a.id)[0];
    // On an epic without commands there is nothing to remember: GitLab does not count its comments.
    if (newest === undefined || (item.kind === 'epic' && !notes.some(({ body }) => mayHoldCommand(body))))
      continue;
    const count = item.kind === 'issue' ? item.notesCount : null;
    const name = itemName(item);
    const known = now.get(name);
    const isNewer = known === undefined || newest.id > known.upTo;
    const { upTo, at } = isNewer ? { upTo: newest.id, at: newest.createdAt } : known;
    const asking = askingNotes(item, notes);
    now.set(name, {
      item: name,
      count,
      upTo,
      ...(at === undefined ? {} : { at }),
      ...(asking.length === 0 ? {} : { asking }),
    });
  }
  return [...now.values()].toSorted((a, b) => (a.item < b.item ? -1 : 1));
}

/** Rules of notes that whoever made the item has written on it, and that are not settled. */
function askingNotes({ author }: ActualEpic | ActualIssue, notes: readonly ActualNote[]): string[] {
  return notes
    .filter((note) => note.author.id === author.id && !note.body.startsWith(SETTLED))
    .flatMap(({ body }) => ASKING.find((rule) => rule === parseNoteMarker(body)) ?? []);
}
