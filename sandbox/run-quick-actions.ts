import type { Engine } from './engine.ts';
import type { IssueChanges, TimeChanges } from './operations.ts';
import type { QuickAction } from './quick-actions.ts';
import type { Item } from './reading.ts';
import {
  availableLabels,
  canAdminister,
  canSee,
  canUpdate,
  hasPremium,
  itemAccess,
  labelOwner,
} from './reading.ts';
import { findEpic, findIssue, findLabels, findUsers } from './resolving.ts';
import { parseDate, parseDuration } from './spans.ts';
import type { Issue, User } from './world.ts';

/** A mutable {@link IssueChanges}. */
export type Draft = { -readonly [key in keyof IssueChanges]?: IssueChanges[key] };

export interface Ran {
  /** What the commands ask for, to be saved like any other change. */
  readonly changes: Draft;
  /** Names of the commands that could be carried out, and of those that could not. */
  readonly applied: string[];
  readonly refused: string[];
  /** What can only be done once the item is saved: links, notes about duplicates. */
  readonly afterwards: ((write: LaterWrites) => void)[];
}

/** The writes that follow the saving of the item. */
export interface LaterWrites {
  link(source: Issue, target: Issue, type: 'relates_to' | 'blocks' | 'is_blocked_by'): void;
  unlink(source: Issue, target: Issue): void;
  systemNote(target: Item, body: string): void;
}

interface Run extends Ran {
  readonly engine: Engine;
  readonly actor: User;
  readonly item: Item;
  /** The item exists already: `/close` and others do nothing while it is being created. */
  readonly persisted: boolean;
}

/** Returns whether the command could be carried out. */
type Command = (run: Run, argument: string) => boolean;

/**
 * Carries out quick actions with the actor's rights. Those that GitLab knows and the stand-in has no state for
 * (subscriptions, milestones, merge requests) are taken as done.
 *
 * @see https://docs.gitlab.com/user/project/quick_actions/
 */
export function runQuickActions(
  engine: Engine,
  actor: User,
  target: { readonly item: Item; readonly persisted: boolean },
  commands: readonly QuickAction[],
): Ran {
  const run: Run = { engine, actor, ...target, changes: {}, applied: [], refused: [], afterwards: [] };
  for (const { name, argument } of commands) {
    const command = COMMANDS[ALIASES[name] ?? name];
    const done = command === undefined || command(run, argument);
    (done ? run.applied : run.refused).push(name);
  }
  return run;
}

const ALIASES: Readonly<Record<string, string>> = {
  labels: 'label',
  tag: 'label',
  remove_label: 'unlabel',
  remove_labels: 'unlabel',
  due_date: 'due',
  set_parent: 'epic',
  parent_epic: 'epic',
  remove_parent: 'remove_epic',
  remove_parent_epic: 'remove_epic',
  estimate_time: 'estimate',
  remove_time_estimate: 'remove_estimate',
  spent: 'spend',
  spend_time: 'spend',
};

const COMMANDS: Readonly<Record<string, Command>> = {
  close: (run) => changeState(run, 'close'),
  reopen: (run) => changeState(run, 'reopen'),
  title(run, argument) {
    if (!run.persisted || argument === '' || !mayUpdate(run)) return false;
    run.changes.title = argument;
    return true;
  },
  label(run, argument) {
    const names = labelNames(run, argument);
    if (names.length === 0 || !mayAdminister(run)) return false;
    run.changes.addLabels = [...(run.changes.addLabels ?? []), ...names];
    return true;
  },
  unlabel(run, argument) {
    if (!run.persisted || !mayAdminister(run)) return false;
    if (argument === '') run.changes.labels = [];
    else run.changes.removeLabels = [...(run.changes.removeLabels ?? []), ...labelNames(run, argument)];
    return true;
  },
  relabel(run, argument) {
    const names = labelNames(run, argument);
    if (!run.persisted || names.length === 0 || !mayAdminister(run)) return false;
    run.changes.labels = names;
    return true;
  },
  assign: (run, argument) => assign(run, argument, (current, found) => [...current, ...found]),
  reassign: (run, argument) => run.persisted && assign(run, argument, (_current, found) => found),
  unassign(run, argument) {
    if (argument !== '' && run.persisted) {
      return assign(run, argument, (current, found) => current.filter((id) => !found.includes(id)));
    }
    if (run.item.kind !== 'issue' || !run.persisted || !mayAdminister(run)) return false;
    run.changes.assigneeIds = [];
    return true;
  },
  due(run, argument) {
    const date = parseDate(argument, run.engine.now());
    if (date === null || !mayAdminister(run)) return false;
    run.changes.dueDate = date;
    return true;
  },
  remove_due_date(run) {
    if (!run.persisted || run.item.dueDate === null || !mayAdminister(run)) return false;
    run.changes.dueDate = null;
    return true;
  },
  confidential(run) {
    if (run.item.confidential || (run.persisted && !mayAdminister(run))) return false;
    run.changes.confidential = true;
    return true;
  },
  weight(run, argument) {
    if (
      run.item.kind !== 'issue' ||
      !/^\d+$/u.test(argument) ||
      !hasPremium(run.engine.world) ||
      !mayAdminister(run)
    )
      return false;
    run.changes.weight = Number(argument);
    return true;
  },
  clear_weight(run) {
    if (run.item.kind !== 'issue' || !run.persisted || !hasPremium(run.engine.world) || !mayAdminister(run))
      return false;
    run.changes.weight = null;
    return true;
  },
  epic(run, argument) {
    const epic = findEpic(run.engine.world, argument, run.item);
    if (run.item.kind !== 'issue' || epic === null || !hasPremium(run.engine.world) || !mayAdminister(run))
      return false;
    if (!canSee(run.engine.world, run.actor, epic)) return false;
    run.changes.epicId = epic.id;
    return true;
  },
  remove_epic(run) {
    if (run.item.kind !== 'issue' || run.item.epicId === null || !mayAdminister(run)) return false;
    run.changes.epicId = null;
    return true;
  },
  estimate: (run, argument) => keepTime(run, { timeEstimate: parseDuration(argument) ?? -1 }),
  remove_estimate: (run) => keepTime(run, { timeEstimate: 0 }),
  spend(run, argument) {
    const timeSpent = parseDuration(argument);
    return timeSpent !== null && timeSpent !== 0 && keepTime(run, { timeSpent });
  },
  remove_time_spent: (run) => keepTime(run, { timeSpent: 0 }),
  lock: (run) => lockDiscussion(run, true),
  unlock: (run) => lockDiscussion(run, false),
  blocks: (run, argument) => link(run, argument, 'blocks'),
  blocked_by: (run, argument) => link(run, argument, 'is_blocked_by'),
  relate: (run, argument) => link(run, argument, 'relates_to'),
  unlink(run, argument) {
    const { item } = run;
    const other = item.kind === 'issue' ? findIssue(run.engine.world, argument, item) : null;
    if (item.kind !== 'issue' || other === null || !run.persisted) return false;
    run.afterwards.push((write) => write.unlink(item, other));
    return true;
  },
  duplicate(run, argument) {
    const { item } = run;
    const original = item.kind === 'issue' ? findIssue(run.engine.world, argument, item) : null;
    if (original === null || original === item || !run.persisted || !mayUpdate(run)) return false;
    run.changes.stateEvent = 'close';
    run.afterwards.push((write) => {
      write.systemNote(item, `marked this issue as a duplicate of #${original.iid}`);
      write.systemNote(original, `marked #${item.iid} as a duplicate of this issue`);
    });
    return true;
  },
};

function mayUpdate(run: Run): boolean {
  return canUpdate(run.engine.world, run.actor, run.item);
}

/** Whoever creates an issue as a member may set its labels, assignees and dates; later it takes a Planner. */
function mayAdminister(run: Run): boolean {
  const { world } = run.engine;
  return run.persisted
    ? canAdminister(world, run.actor, run.item)
    : itemAccess(world, run.actor, run.item) >= 10;
}

function changeState(run: Run, event: 'close' | 'reopen'): boolean {
  const isOpen = run.item.state === 'opened';
  if (!run.persisted || isOpen !== (event === 'close') || !mayUpdate(run)) return false;
  run.changes.stateEvent = event;
  return true;
}

function labelNames(run: Run, argument: string): string[] {
  return findLabels(availableLabels(run.engine.world, labelOwner(run.engine.world, run.item)), argument);
}

function assign(
  run: Run,
  argument: string,
  combine: (current: readonly number[], found: readonly number[]) => readonly number[],
): boolean {
  const found = findUsers(run.engine.world, argument, run.actor).map((user) => user.id);
  if (run.item.kind !== 'issue' || found.length === 0 || !mayAdminister(run)) return false;
  const current = run.changes.assigneeIds ?? run.item.assigneeIds;
  // Free has one assignee: the newly named one takes the place.
  run.changes.assigneeIds = hasPremium(run.engine.world)
    ? combine(current, found)
    : combine([], found).slice(0, 1);
  return true;
}

/** An estimate below zero, and more time taken off than was spent, cannot be carried out. */
function keepTime(run: Run, changes: TimeChanges): boolean {
  const { item } = run;
  if (item.kind !== 'issue' || !mayAdminister(run)) return false;
  const { timeEstimate = 0, timeSpent = 0 } = changes;
  if (timeEstimate < 0 || (item.timeSpentSeconds ?? 0) + timeSpent < 0) return false;
  Object.assign(run.changes, changes);
  return true;
}

function lockDiscussion(run: Run, locked: boolean): boolean {
  if (run.item.kind !== 'issue' || !run.persisted || !mayAdminister(run)) return false;
  run.changes.discussionLocked = locked;
  return true;
}

function link(run: Run, argument: string, type: 'relates_to' | 'blocks' | 'is_blocked_by'): boolean {
  const { item, engine, actor } = run;
  if (item.kind !== 'issue' || (type !== 'relates_to' && !hasPremium(engine.world))) return false;
  const others = argument
    .split(/[\s,]+/u)
    .map((reference) => findIssue(engine.world, reference, item))
    .filter((other) => other !== null && other !== item && canSee(engine.world, actor, other));
  if (others.length === 0 || itemAccess(engine.world, actor, item) < 10) return false;
  for (const other of others)
    if (other !== null) run.afterwards.push((write) => write.link(item, other, type));
  return true;
}
