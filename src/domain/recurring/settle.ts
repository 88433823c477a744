/**
 * One look at a recurring step: which threads are to be opened, which first notes changed, and what is remembered. What
 * stands in GitLab decides; the memory only says when a look is needed.
 */
import { addCalendarDays, type Calendar, localDate } from '#domain/base/calendar.ts';
import { type OpenAction, openActions } from './actions.ts';
import type { TrackerMemory } from './memory.ts';
import { readHealthWord, readMinutes } from './minutes.ts';
import {
  isAtWork,
  type Occurrence,
  type Openings,
  occurrencesUntil,
  openingsAt,
  type Tracker,
} from './schedule.ts';
import { hasNotice, markedOccurrence } from './thread.ts';

/** Comment in a thread. */
export interface ThreadNote {
  readonly id: number;
  readonly author: { readonly id: number; readonly username: string };
  readonly body: string;
  readonly createdAt: string;
  /** Only some may read it: nothing of it is said again elsewhere. */
  readonly internal?: boolean;
}

/** Thread of an issue, its notes oldest first. */
export interface Thread {
  readonly id: string;
  readonly notes: readonly ThreadNote[];
}

/** Thread that is to be opened. */
export interface NewThread {
  readonly occurrence: Occurrence;
  /** Its day is over. */
  readonly isLate: boolean;
  /** Occurrences before it that have no thread and get none. */
  readonly missed: readonly Occurrence[];
}

/** Change of the first note of a thread, made once. */
export interface ThreadEdit {
  readonly noteId: number;
  readonly body: string;
  readonly occurrence: Occurrence;
  readonly why: 'nudge' | 'held over' | 'skipped' | 'moved' | 'goes on elsewhere';
}

/** What is to be done about one tracker, and what is remembered then. */
export interface Settled {
  readonly memory: TrackerMemory;
  readonly open: readonly NewThread[];
  readonly edits: readonly ThreadEdit[];
  /** First notes of threads that two writers have opened at the same moment and nobody has replied to. */
  readonly doubles: readonly { readonly noteId: number; readonly occurrence: Occurrence }[];
  readonly actions: readonly OpenAction[];
  /** Minutes stand where nobody looks for them, and nobody has been told yet. */
  readonly isMisplaced: boolean;
}

/** Circumstances of a look. */
export interface Look {
  /** ISO 8601. */
  readonly now: string;
  /** Nothing new is opened: the step has not begun, waits again, or is over. */
  readonly isOpen: boolean;
  /** People may be reminded. */
  readonly mayNudge: boolean;
  /** Users who write as Procession. */
  readonly isOurs: (userId: number) => boolean;
  readonly isMember: (userId: number) => boolean;
  /** Whether the issue with this number is known to be closed. */
  readonly isClosed: (iid: number) => boolean;
}

/** Most threads whose minutes are asked for: older ones were asked for already. */
const MOST_WANTED = 10;
const MOST_MEMBERS = 50;
/** Days from the opening of a thread to its occurrence at most: ten working days and holidays. */
const LONGEST_LEAD = 40;
/** A year of weekly ones. */
const MOST_ODD = 52;

/** Whether the threads of a tracker must be read before anything is decided. */
export function needsThreads(
  tracker: Tracker,
  memory: TrackerMemory,
  look: Pick<Look, 'now' | 'isOpen'>,
): boolean {
  if (look.isOpen && openingsAt(tracker, memory.last, look.now).open.length > 0) return true;
  if (memory.wants.length === 0) return false;
  return wantedOf(tracker, memory).some(
    (occurrence) => occurrence.fate !== 'planned' || isAsked(occurrence, tracker, look),
  );
}

/** Threads whose minutes may still be asked for, with what has become of them. */
export function wantedOf(tracker: Tracker, { wants }: Pick<TrackerMemory, 'wants'>): readonly Occurrence[] {
  const last = wants.toSorted().at(-1);
  if (last === undefined) return [];
  return occurrencesUntil(tracker, last).filter(({ id }) => wants.includes(id));
}

/** Decides without having read anything: nothing is opened, and only what was never to have a thread is counted. */
export function settleUnread(tracker: Tracker, memory: TrackerMemory, look: Look): Settled {
  const openings = look.isOpen ? openingsAt(tracker, memory.last, look.now) : null;
  const last = openings === null || openings.open.length > 0 ? memory.last : openings.last;
  const next = last === memory.last ? memory : { ...memory, last, ...fates(tracker, last) };
  return { memory: next, open: [], edits: [], doubles: [], actions: [], isMisplaced: false };
}

/** Decides from the threads as they are. */
export function settleThreads(
  tracker: Tracker,
  memory: TrackerMemory,
  threads: readonly Thread[],
  look: Look,
): Settled {
  const { first, doubles } = sorted(threads, look);
  const opened = begunIds([...first.keys()], tracker, memory, look);
  const openings = look.isOpen
    ? openingsAt(tracker, memory.last, look.now)
    : { open: [], missed: [], last: memory.last };
  const open = newThreads(openings, first, tracker.calendar, look.now);
  const last = latest([openings.last, opened.at(-1) ?? null]);
  const seen = seenThreads(tracker, first, look, last);
  const comments = [...first.values()].flatMap((thread) => repliesOf(thread, look));
  const isMisplaced = !memory.told && hasMinutesElsewhere(threads, tracker, look);
  return {
    memory: {
      ...remembered({ tracker, memory, seen, open, last }, look),
      ...(isMisplaced ? { told: true } : {}),
    },
    open,
    edits: [...seen.flatMap((one) => editOf(one, tracker, look)), ...doubles.edits(tracker)],
    doubles: doubles.unanswered(tracker),
    actions: openActions(
      comments.filter(({ internal }) => internal !== true),
      tracker.recurs.words,
      look.isClosed,
    ),
    isMisplaced,
  };
}

/** Ids of threads whose time has come: somebody may have edited another day into the line of one. */
function begunIds(
  ids: readonly string[],
  tracker: Tracker,
  memory: TrackerMemory,
  { now }: Look,
): readonly string[] {
  const today = localDate(now, tracker.calendar);
  const known = new Map(
    occurrencesUntil(tracker, addCalendarDays(today, LONGEST_LEAD)).map((one) => [one.id, one]),
  );
  const isBegun = (id: string): boolean => {
    const opensOn = known.get(id)?.opensOn;
    const isMoved = tracker.moved.some((move) => move.id === id);
    return (
      (memory.last !== null && id <= memory.last) || (opensOn !== undefined && (opensOn <= today || isMoved))
    );
  };
  return ids.filter(isBegun).toSorted();
}

interface Seen {
  readonly occurrence: Occurrence;
  readonly thread: Thread;
  readonly minutes: { readonly note: ThreadNote; readonly said: 'minutes' | 'none' } | null;
}

/** The thread of each occurrence, the oldest of several; and the others. */
function sorted(threads: readonly Thread[], look: Look) {
  const first = new Map<string, Thread>();
  const others: { readonly id: string; readonly thread: Thread }[] = [];
  const ours = threads.flatMap((thread) => {
    const [note] = thread.notes;
    const id = note === undefined || !look.isOurs(note.author.id) ? null : markedOccurrence(note.body);
    return note === undefined || id === null ? [] : [{ id, thread, noteId: note.id }];
  });
  for (const { id, thread } of ours.toSorted((a, b) => a.noteId - b.noteId)) {
    if (first.has(id)) others.push({ id, thread });
    else first.set(id, thread);
  }
  return { first, doubles: doublesOf(others) };
}

function doublesOf(others: readonly { readonly id: string; readonly thread: Thread }[]) {
  const at = (tracker: Tracker, isAnswered: boolean) =>
    others
      .filter(({ thread }) => thread.notes.length > 1 === isAnswered)
      .flatMap(({ id, thread: { notes } }) => {
        const occurrence = occurrencesUntil(tracker, id).at(-1);
        const [note] = notes;
        return occurrence === undefined || note === undefined ? [] : [{ note, occurrence }];
      });
  return {
    unanswered: (tracker: Tracker): Settled['doubles'] =>
      at(tracker, false).map(({ note, occurrence }) => ({ noteId: note.id, occurrence })),
    edits: (tracker: Tracker): readonly ThreadEdit[] =>
      at(tracker, true)
        .filter(({ note }) => !hasNotice(note.body, 'goes on elsewhere'))
        .map(({ note, occurrence }) => ({
          noteId: note.id,
          body: note.body,
          occurrence,
          why: 'goes on elsewhere',
        })),
  };
}

function newThreads(
  { open, missed }: Openings,
  there: ReadonlyMap<string, Thread>,
  calendar: Calendar,
  now: string,
): readonly NewThread[] {
  const today = localDate(now, calendar);
  const lacking = missed.filter(({ id }) => !there.has(id));
  return open
    .filter(({ id }) => !there.has(id))
    .map((occurrence, index) => ({
      occurrence,
      isLate: occurrence.date < today,
      missed: index === 0 ? lacking : [],
    }));
}

function seenThreads(
  tracker: Tracker,
  first: ReadonlyMap<string, Thread>,
  look: Look,
  last: string | null,
): readonly Seen[] {
  if (last === null) return [];
  return occurrencesUntil(tracker, last).flatMap((occurrence): Seen[] => {
    const thread = first.get(occurrence.id);
    return thread === undefined ? [] : [{ occurrence, thread, minutes: minutesOf(thread, tracker, look) }];
  });
}

function repliesOf({ notes }: Thread, { isOurs, isMember }: Look): readonly ThreadNote[] {
  return notes.slice(1).filter((note) => !isWrittenByUs(note, isOurs) && isMember(note.author.id));
}

/** Whoever owns the token may be a person who also writes minutes: our notes carry a line of ours. */
function isWrittenByUs({ author, body }: ThreadNote, isOurs: Look['isOurs']): boolean {
  return isOurs(author.id) && body.includes('<!-- procession:');
}

/** A comment of its own, or a reply to one, that would be minutes in a thread of ours. */
function hasMinutesElsewhere(threads: readonly Thread[], { recurs }: Tracker, look: Look): boolean {
  return threads.some(({ notes }) => {
    const [first] = notes;
    const isThread = first !== undefined && markedOccurrence(first.body) !== null;
    return (
      !isThread &&
      notes.some(
        (note) =>
          !isWrittenByUs(note, look.isOurs) &&
          look.isMember(note.author.id) &&
          readMinutes(note.body, recurs) !== null,
      )
    );
  });
}

function minutesOf(thread: Thread, { recurs }: Tracker, look: Look): Seen['minutes'] {
  for (const note of repliesOf(thread, look)) {
    const said = readMinutes(note.body, recurs);
    if (said !== null) return { note, said };
  }
  return null;
}

/** One change of a first note at a time: what stands there already is not written again. */
function editOf({ occurrence, thread, minutes }: Seen, tracker: Tracker, look: Look): readonly ThreadEdit[] {
  const [note] = thread.notes;
  if (note === undefined || minutes !== null) return [];
  const { fate, id, date } = occurrence;
  const edit = (why: ThreadEdit['why']): ThreadEdit[] =>
    hasNotice(note.body, why) ? [] : [{ noteId: note.id, body: note.body, occurrence, why }];
  if (fate === 'held over' || fate === 'skipped') return edit(fate);
  const isMoved = tracker.moved.some((move) => move.id === id) && !note.body.includes(date);
  if (isMoved) return [{ noteId: note.id, body: note.body, occurrence, why: 'moved' }];
  return look.mayNudge && isAsked(occurrence, tracker, look) ? edit('nudge') : [];
}

interface Outcome {
  readonly tracker: Tracker;
  readonly memory: TrackerMemory;
  readonly seen: readonly Seen[];
  readonly open: readonly NewThread[];
  readonly last: string | null;
}

function remembered({ tracker, memory, seen, open, last }: Outcome, look: Look): TrackerMemory {
  const took = seen.filter(({ occurrence, minutes }) => occurrence.fate === 'planned' || minutes !== null);
  const recorded = took.filter(({ minutes }) => minutes !== null);
  const opened = open.map(({ occurrence }) => occurrence.id);
  const unasked = took.filter(
    ({ minutes, occurrence }) => minutes === null && !isAsked(occurrence, tracker, look),
  );
  const planned =
    last === null ? [] : occurrencesUntil(tracker, last).filter(({ fate }) => fate === 'planned');
  const there = new Set([...seen.map(({ occurrence }) => occurrence.id), ...opened]);
  const newest = recorded.at(-1);
  const authors = recorded.flatMap(({ minutes }) => (minutes === null ? [] : minutes.note.author.id));
  return {
    ...memory,
    last,
    ...fates(tracker, last),
    held: took.filter(({ minutes }) => minutes?.said !== 'none').length + opened.length,
    notHeld: took.filter(({ minutes }) => minutes?.said === 'none').length,
    missed: planned.filter(({ id }) => !there.has(id)).length,
    odd: oddOnes(planned, took, there),
    minutes: recorded.length,
    wants: [...unasked.map(({ occurrence }) => occurrence.id), ...opened].slice(-MOST_WANTED),
    lastThread: latest([...took.map(({ occurrence }) => occurrence.id), ...opened]),
    without:
      tracker.recurs.minutes === 'none' ? 0 : lackingInARow(took, localDate(look.now, tracker.calendar)),
    lastMinutes:
      newest === undefined || newest.minutes === null
        ? null
        : { id: newest.occurrence.id, date: newest.occurrence.date, note: newest.minutes.note.id },
    health: healthIn(recorded, tracker.calendar),
    members: [...new Set([...memory.members, ...authors])].slice(-MOST_MEMBERS),
  };
}

function oddOnes(
  planned: readonly Occurrence[],
  took: readonly Seen[],
  there: ReadonlySet<string>,
): TrackerMemory['odd'] {
  const seen = new Map(took.map(({ occurrence, minutes }) => [occurrence.id, minutes?.said ?? null]));
  const odd = planned.flatMap(({ id }): [string, TrackerMemory['odd'][string]][] => {
    if (!there.has(id)) return [[id, 'missed']];
    const said = seen.get(id) ?? null;
    return said === 'minutes' ? [] : [[id, said === 'none' ? 'not held' : 'no minutes']];
  });
  return Object.fromEntries(odd.slice(-MOST_ODD));
}

/** Its minutes are overdue, and people are at work: who owes them is told in this very run. */
function isAsked(
  { nudgeOn }: Occurrence,
  { calendar, recurs }: Tracker,
  { now }: Pick<Look, 'now'>,
): boolean {
  return recurs.minutes !== 'none' && nudgeOn <= localDate(now, calendar) && isAtWork(now, calendar);
}

function lackingInARow(took: readonly Seen[], today: string): number {
  const due = took.filter(({ occurrence }) => occurrence.nudgeOn <= today).toReversed();
  const recorded = due.findIndex(({ minutes }) => minutes !== null);
  return recorded === -1 ? due.length : recorded;
}

function healthIn(recorded: readonly Seen[], calendar: Calendar): TrackerMemory['health'] {
  const { occurrence, minutes } = recorded.at(-1) ?? {};
  const value = minutes == null ? null : readHealthWord(minutes.note.body);
  if (occurrence === undefined || minutes == null || value === null) return null;
  const { author, createdAt } = minutes.note;
  return { id: occurrence.id, value, by: author.username, on: localDate(createdAt, calendar) };
}

/** How many were never to take place. */
function fates(tracker: Tracker, last: string | null): Pick<TrackerMemory, 'heldOver' | 'skipped'> {
  const decided = last === null ? [] : occurrencesUntil(tracker, last);
  return {
    heldOver: decided.filter(({ fate }) => fate === 'held over').length,
    skipped: decided.filter(({ fate }) => fate === 'skipped').length,
  };
}

function latest(ids: readonly (string | null)[]): string | null {
  return (
    ids
      .filter((id) => id !== null)
      .toSorted()
      .at(-1) ?? null
  );
}
