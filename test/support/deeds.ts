/** What people may do to an engagement, at random: on issues and the epic, and what they say there. */
import fc from 'fast-check';
import { fillEvidence } from '#demo/do-step.ts';
import { stepMarker } from '#domain/plan/creation.ts';
import type { ProcessDefinition, Step } from '#domain/process/process.ts';
import { tickAll } from '#domain/text/fill-in.ts';
import { writeManagedBlock } from '#domain/text/managed-block.ts';
import { Refusal } from '#sandbox/operations.ts';
import type { Epic, Issue, Note, User } from '#sandbox/world.ts';
import { aProcess } from './builders.ts';
import { COMMANDED } from './commands.ts';
import type { EngagementWorld } from './engagement.ts';
import { recordIn } from './records.ts';

/** Approves `second` where the manager sets it. */
const APPROVED = 'approved::second';

/** `first` appoints the engineer, `second` needs evidence and a manager's approval, `last` waits for change orders too. */
export const LIVELY: ProcessDefinition = {
  ...COMMANDED,
  steps: COMMANDED.steps.flatMap((step) =>
    step.id === 'second' ? [withLabel(step), ...aProcess().steps.filter(({ id }) => id === 'talks')] : [step],
  ),
};

function withLabel(step: Step): Step {
  const { approval } = step.done_when;
  return approval === undefined
    ? step
    : { ...step, done_when: { ...step.done_when, approval: { ...approval, label: APPROVED } } };
}

/** Those that are there from the beginning, and the first that is made on request. */
export const STEPS = ['first', 'second', 'talks', 'last', 'change-order/1'] as const;
type StepName = (typeof STEPS)[number];
const LABELS = ['blocked', 'ready', 'in progress', 'waiting', 'done', 'waived'].map(
  (state) => `workflow::${state}`,
);

/** Owner, Maintainer, Developers, a customer with Reporter, Guest, no member: each does what their rights allow. */
const PEOPLE = ['ada', 'mira', 'eli', 'noor', 'casey', 'gus', 'otto'] as const;
type PersonName = (typeof PEOPLE)[number];

/** What only the manager may say; `mira` is the one. */
const MANAGERS_WORDS = ['waive', 'skip', 'hold', 'resume', 'assign', 'due', 'health', 'approve'] as const;
const WORDS = [...MANAGERS_WORDS, 'add', 'snooze', 'status', 'reconcile', 'nonsense'] as const;
type Word = (typeof WORDS)[number];

/** Something a person does. */
export type Deed = (StepDeed | EpicDeed | Speech) & { readonly by: PersonName };
type StepDeed =
  | { readonly kind: (typeof ON_STEPS)[number]; readonly step: StepName }
  | { readonly kind: 'label'; readonly step: StepName; readonly label: string };
interface EpicDeed {
  readonly kind: (typeof ON_EPIC)[number];
}
interface Speech {
  readonly kind: 'say';
  readonly on: StepName | 'epic' | 'foreign';
  /** One command each; more than one may contradict another. */
  readonly commands: readonly { readonly word: Word; readonly step: StepName; readonly nth: number }[];
}

const ON_STEPS = [
  'close',
  'reopen',
  'do',
  'remark',
  'tick',
  'unlabel',
  'spoil-block',
  'spoil-evidence',
  'delete-marker',
  'delete',
  'leave-epic',
  'unlabel-sow',
  'unlink',
  'hide',
] as const;
const ON_EPIC = ['close-epic', 'reopen-epic', 'foreign', 'spoil-epic', 'unsay', 'leave-group'] as const;

const by = fc.constantFrom('ada', 'ada', 'ada', ...PEOPLE);
const step = fc.constantFrom(...STEPS);

/** Mostly by those who may, about the steps in hand. */
export const speech: fc.Arbitrary<Deed> = fc.record({
  by: fc.constantFrom('mira', 'mira', 'mira', 'mira', ...PEOPLE),
  kind: fc.constant('say' as const),
  on: fc.constantFrom('epic', 'epic', 'epic', 'foreign', ...STEPS),
  commands: fc.array(
    fc.record({ word: fc.constantFrom(...WORDS), step, nth: fc.integer({ min: 1, max: 9 }) }),
    { minLength: 1, maxLength: 2 },
  ),
});

export const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ by, kind: fc.constantFrom('do', 'do', 'do', ...ON_STEPS), step }) },
  {
    weight: 2,
    arbitrary: fc.record({
      by,
      kind: fc.constant('label' as const),
      step,
      label: fc.constantFrom(APPROVED, APPROVED, ...LABELS),
    }),
  },
  { weight: 2, arbitrary: fc.record({ by, kind: fc.constantFrom(...ON_EPIC) }) },
  { weight: 5, arbitrary: speech },
);

/** A comment with commands, as it was written. */
export interface SaidNote {
  readonly note: Note;
  readonly item: Issue | Epic;
  readonly by: PersonName;
  /** Whether anybody with these rights might be followed in all of it. */
  readonly mayBeFollowed: boolean;
  readonly isOurs: boolean;
}

/** @returns whether the person had the right to do it in GitLab, and what was said */
export function perform(
  world: EngagementWorld,
  done: Deed,
): { readonly done: boolean; readonly said: SaidNote | null } {
  const user = world.sandbox.user(done.by);
  try {
    if (done.kind === 'say') return { done: true, said: speak(world, done, user) };
    if ('step' in done) performOnStep(world, done, user);
    else performOnEpic(world, done.kind, user);
    return { done: true, said: null };
  } catch (error) {
    if (error instanceof Refusal) return { done: false, said: null };
    throw error;
  }
}

function speak(
  world: EngagementWorld,
  { by: who, on, commands }: Speech & { by: PersonName },
  user: User,
): SaidNote | null {
  const item = on === 'epic' ? world.epic() : on === 'foreign' ? foreign(world) : ours(world, on);
  if (item === undefined) return null;
  const body = commands.map((command) => textOf(command, on === 'epic', who)).join('\n');
  const note = world.sandbox.operations.createNote(user, item, body);
  const mayBeFollowed = commands.every(({ word }) => maySay(who, word));
  return note === null ? null : { note, item, by: who, mayBeFollowed, isOurs: on !== 'foreign' };
}

/** Roles are those of the settings; `mira` may make `casey` an engineer. */
function maySay(who: PersonName, word: Word): boolean {
  if (word === 'nonsense' || who === 'gus' || who === 'otto') return false;
  if (MANAGERS_WORDS.some((managers) => managers === word)) return who === 'mira';
  return word !== 'add' || who !== 'ada';
}

/** Dates and people tell later whose word it was. */
function textOf(
  { word, step: name, nth }: Speech['commands'][number],
  onEpic: boolean,
  who: PersonName,
): string {
  const about = onEpic ? `${name} ` : '';
  switch (word) {
    case 'waive':
      return `/ps waive ${about}there is no time for it`;
    case 'skip':
      return `/ps skip ${name} nobody needs it`;
    case 'approve':
      return `/ps approve ${about}`;
    case 'hold':
      return '/ps hold the contract is being renegotiated';
    case 'assign':
      return `/ps assign engineer @${who === 'mira' ? ['noor', 'casey', 'nobody-here'][nth % 3] : 'gus'}`;
    case 'due':
      return `/ps due ${about}${who === 'mira' ? '2027-02' : '2027-06'}-0${nth} they are away`;
    case 'health':
      return nth > 6
        ? '/ps health auto'
        : `/ps health ${nth > 3 ? 'at risk' : 'on track'} it looks like that`;
    case 'add':
      return `/ps add change-order More hours ${nth}`;
    case 'snooze':
      return `/ps snooze ${about}${nth} working days`;
    case 'resume':
    case 'status':
    case 'reconcile':
      return `/ps ${word}`;
    case 'nonsense':
      return '/ps make it so';
  }
}

function performOnEpic(world: EngagementWorld, kind: EpicDeed['kind'], user: User): void {
  const { operations } = world.sandbox;
  switch (kind) {
    case 'close-epic':
    case 'reopen-epic':
      return operations.setState(user, world.epic(), kind === 'close-epic' ? 'closed' : 'opened');
    case 'spoil-epic':
      return world
        .by(user.username)
        .write(world.epic(), world.epic().description.replace('| | Step', '| | Stoop'));
    case 'unsay': {
      const last = world.sandbox.world.notes.findLast(
        ({ authorId, system }) => authorId === user.id && !system,
      );
      return last === undefined ? undefined : operations.deleteNote(user, last);
    }
    case 'leave-group':
      if (user.username === 'casey') world.seed.group.members.delete(user.id);
      return;
    case 'foreign':
      operations.createIssue(user, world.seed.project.id, {
        title: 'Not ours',
        description: ours(world, 'first')?.description ?? '',
        labels: ['SOW-1042', 'step::first', 'workflow::done'],
      });
  }
}

function performOnStep(world: EngagementWorld, done: StepDeed, user: User): void {
  const { operations } = world.sandbox;
  const issue = ours(world, done.step);
  if (issue === undefined) return;
  const definition = world.process.steps.find(({ id }) => id === done.step.split('/')[0]);
  const write = (description: string): void => void operations.updateIssue(user, issue, { description });
  switch (done.kind) {
    case 'close':
    case 'reopen':
      return operations.setState(user, issue, done.kind === 'close' ? 'closed' : 'opened');
    case 'do':
      write(
        fillEvidence(
          tickAll(issue.description),
          definition?.done_when.evidence ?? [],
          issue.updatedAt.slice(0, 10),
        ),
      );
      return operations.setState(user, issue, 'closed');
    case 'tick':
      return write(tickAll(issue.description));
    case 'remark':
      return write(`${issue.description}\n\nREMARK ${issue.id}`);
    case 'spoil-evidence':
      return write(issue.description.replace(/\| Held on \|.*\|/, '| Held on | some day |'));
    case 'label':
      operations.updateIssue(user, issue, { addLabels: [done.label] });
      return;
    case 'unlabel':
      operations.updateIssue(user, issue, {
        removeLabels: [...LABELS, APPROVED, `step::${done.step}`, 'role::engineer'],
      });
      return;
    case 'spoil-block':
      return write(
        writeManagedBlock(
          issue.description,
          stepMarker({ engagement: 'SOW-1042', process: world.process }, done.step),
          'Rubbish',
        ),
      );
    case 'delete-marker':
      return write(issue.description.replaceAll(/<!-- procession:.*-->/g, '') || 'emptied');
    case 'delete':
      return operations.deleteIssue(user, issue);
    case 'leave-epic':
      operations.updateIssue(user, issue, { epicId: null });
      return;
    case 'unlabel-sow':
      operations.updateIssue(user, issue, { removeLabels: ['SOW-1042'] });
      return;
    case 'hide':
      operations.updateIssue(user, issue, { confidential: true });
      return;
    case 'unlink':
      for (const link of world.sandbox.world.links.filter(({ targetId }) => targetId === issue.id))
        operations.unlinkIssues(user, link);
  }
}

/** The issue the epic remembers for a step: also without its marker. */
export function ours(world: EngagementWorld, name: string): Issue | undefined {
  const id = recordIn(world.epic()).memory.issues.get(name);
  return world.sandbox.world.issues.find((issue) => issue.id === id);
}

function foreign(world: EngagementWorld): Issue | undefined {
  return world.sandbox.world.issues.find(({ title }) => title === 'Not ours');
}
