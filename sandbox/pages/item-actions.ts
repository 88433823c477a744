/** What the forms of the pages ask for, carried out through the operations of the stand-in. */

import type { EpicChanges, IssueChanges, Operations } from '#sandbox/operations.ts';
import { Refusal } from '#sandbox/operations.ts';
import type { Item } from '#sandbox/reading.ts';
import { notesOn } from '#sandbox/records.ts';
import { findIssue } from '#sandbox/resolving.ts';
import type { State, User } from '#sandbox/world.ts';
import { textMark } from './item-forms.ts';
import { tasksOf } from './markdown.ts';
import type { Visit } from './visit.ts';

/** A submitted form; line ends are `\n`, as GitLab stores them. */
export class Fields {
  readonly #data: FormData;
  readonly #spent = new Set<string>();
  constructor(data: FormData) {
    this.#data = data;
  }

  text(name: string): string {
    const value = this.#data.get(name);
    return typeof value === 'string' ? value.replaceAll('\r\n', '\n') : '';
  }

  all(name: string): string[] {
    return this.#data.getAll(name).filter((value) => typeof value === 'string');
  }

  /** A field that took effect and must not come back in a form when a later part is refused. */
  spend(name: string): void {
    this.#spent.add(name);
  }

  /** What was typed, to be shown again. */
  draft(): Record<string, string> {
    const names = [...new Set(this.#data.keys())].filter((name) => !this.#spent.has(name));
    return Object.fromEntries(names.map((name) => [name, this.text(name)]));
  }
}

/** What to show after a form took effect. */
export interface Outcome {
  /** Element of the page to go to. */
  readonly anchor: string | null;
  readonly said: 'commands' | 'unchanged' | null;
}

interface Asked {
  readonly operations: Operations;
  readonly visit: Visit;
  readonly actor: User;
  readonly item: Item;
  readonly fields: Fields;
}

const DONE: Outcome = { anchor: null, said: null };
const UNCHANGED: Outcome = { anchor: null, said: 'unchanged' };

/** Carries out what a form of an issue or epic page asks for. @throws {Refusal} where GitLab would refuse. */
export function performOnItem(asked: Asked): Outcome {
  const { fields } = asked;
  switch (fields.text('do')) {
    case 'comment':
      return comment(asked, true);
    case 'reply':
      return reply(asked);
    case 'close':
      return changeState(asked, 'closed');
    case 'reopen':
      return changeState(asked, 'opened');
    case 'toggle':
      return toggle(asked);
    case 'edit':
      return edit(asked);
    case 'add-label':
      return update(asked, { addLabels: [fields.text('label').trim()] });
    case 'remove-label':
      return update(asked, { removeLabels: [fields.text('label')] });
    case 'assign':
      return assign(asked);
    case 'dates':
      return changeDates(asked);
    case 'confidential':
      return update(asked, { confidential: fields.text('confidential') === 'yes' });
    case 'link':
      return link(asked);
    case 'unlink':
      return unlink(asked);
    default:
      throw new Refusal(400, { message: 'The form asked for something unknown.' });
  }
}

/** Fields of both kinds, or of the kind of the item at hand. */
type Changes = IssueChanges & EpicChanges;

function update({ operations, actor, item }: Asked, changes: Changes): Outcome {
  const before = JSON.stringify(item);
  if (item.kind === 'issue') operations.updateIssue(actor, item, changes);
  else operations.updateEpic(actor, item, changes);
  // GitLab drops what the role may not change without a word, which looks like a broken page.
  return JSON.stringify(item) === before ? UNCHANGED : DONE;
}

function comment({ operations, actor, item, fields }: Asked, required: boolean): Outcome {
  const body = fields.text('comment');
  if (body.trim() === '') {
    if (required) throw new Refusal(400, { message: 'A comment needs some text.' });
    return DONE;
  }
  const note = operations.createNote(actor, item, body);
  fields.spend('comment');
  return note === null ? { anchor: null, said: 'commands' } : { anchor: `note_${note.id}`, said: null };
}

function reply({ operations, actor, item, visit, fields }: Asked): Outcome {
  const body = fields.text('reply');
  if (body.trim() === '') throw new Refusal(400, { message: 'A reply needs some text.' });
  const first = notesOn(visit.world, item).find(({ id }) => String(id) === fields.text('to'));
  if (first === undefined) throw new Refusal(404, { message: 'That comment is gone already.' });
  const { id } = operations.replyTo(actor, item, first, body);
  fields.spend('reply');
  return { anchor: `note_${id}`, said: null };
}

/** GitLab sends what is in the comment box along, then changes the state. */
function changeState(asked: Asked, state: State): Outcome {
  const { operations, actor, item } = asked;
  const outcome = comment(asked, false);
  operations.setState(actor, item, state);
  // GitLab answers "fine" and changes nothing when the person lacks the right; its page does not offer the button then.
  if (item.state !== state) {
    const words = state === 'closed' ? 'close' : 'reopen';
    throw new Refusal(403, { message: `This role may not ${words} it; its state is as before.` });
  }
  return outcome;
}

function toggle({ operations, actor, item, visit, fields }: Asked): Outcome {
  const [index, done, mark] = fields.text('task').split(':');
  const task = tasksOf(visit, item).find((it) => it.index === Number(index));
  if (task?.index == null || task.mark !== mark) {
    throw new Refusal(409, {
      message: 'The list has changed meanwhile; this is how it is now. Please tick again.',
    });
  }
  operations.toggleTask(actor, item, task.index, done === '1');
  return { anchor: `task-${task.index}`, said: null };
}

function edit(asked: Asked): Outcome {
  const { item, fields } = asked;
  if (fields.text('base') !== textMark(item)) {
    throw new Refusal(409, {
      message:
        'Someone changed the title or description meanwhile. Compare with the text above; saving again replaces it.',
    });
  }
  const title = fields.text('title').trim();
  const description = fields.text('description');
  return update(asked, {
    ...(title === item.title ? {} : { title }),
    ...(description === item.description ? {} : { description }),
  });
}

function assign(asked: Asked): Outcome {
  if (asked.item.kind === 'epic') throw new Refusal(400, { message: 'Epics have no assignees.' });
  return update(asked, { assigneeIds: asked.fields.all('assignee').map(Number) });
}

function changeDates(asked: Asked): Outcome {
  const day = (name: string): string | null =>
    asked.fields.text(name) === '' ? null : asked.fields.text(name);
  const due = { dueDate: day('due') };
  return update(asked, asked.item.kind === 'issue' ? due : { startDate: day('start'), ...due });
}

function link({ operations, actor, item, visit, fields }: Asked): Outcome {
  const type = fields.text('type');
  if (item.kind === 'epic' || (type !== 'relates_to' && type !== 'blocks' && type !== 'is_blocked_by')) {
    throw new Refusal(400, { message: 'Only issues can be linked: relates to, blocks or is blocked by.' });
  }
  const target = findIssue(visit.world, fields.text('target').trim(), item);
  if (target === null)
    throw new Refusal(404, { message: 'No matching issue found. Write it as #12 or group/project#12.' });
  operations.linkIssues(actor, item, target, type);
  return { anchor: 'linked', said: null };
}

function unlink({ operations, actor, item, visit, fields }: Asked): Outcome {
  const found = visit.world.links.find((it) => String(it.id) === fields.text('link'));
  if (found === undefined || (found.sourceId !== item.id && found.targetId !== item.id)) {
    throw new Refusal(404, { message: 'That link is gone already.' });
  }
  operations.unlinkIssues(actor, found);
  return { anchor: 'linked', said: null };
}
