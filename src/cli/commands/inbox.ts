import { parseKey } from '#cli/targets/target.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { msBetween } from '#domain/base/calendar.ts';
import { shown } from '#domain/base/input-problem.ts';
import type { DeliveryState, Inbox, StoredDelivery } from '#ports/inbox.ts';
import { visible } from '#render/paint.ts';

const HELP = 'procession inbox --help';
const SENT_AGAIN =
  'The same delivery sent again counts as a duplicate and starts nothing; to start it later, send it under another id or apply its SOW file.';
const STATES: readonly DeliveryState[] = ['waiting', 'working', 'done', 'dead'];

export const command: Command = {
  name: 'inbox',
  summary: 'look at received deliveries; replay or drop dead ones',
  usage: '<list|show|replay|drop> [id…] [options]',
  words: ['list', 'show', 'replay', 'drop'],
  positionals: { min: 1, max: 100 },
  options: {
    state: { type: 'string', placeholder: 'state', help: 'list: only waiting, working, done or dead' },
    sow: { type: 'string', placeholder: 'SOW-n', help: 'list: only of this engagement' },
    limit: { type: 'string', placeholder: 'n', help: 'list: at most so many, newest first (default 50)' },
    json: { type: 'boolean', help: 'Print as JSON' },
  },
  details: [
    'The inbox holds every webhook request that was accepted. What cannot be worked on, or has failed too often, is dead: it stays, with the reason, until somebody replays or drops it. Works while the service runs; needs the same PROCESSION_DATA or DATABASE_URL, and no GitLab.',
    `list: newest first. show <id>: one delivery whole, as JSON. replay <id…>: let dead or done deliveries be worked on again. drop <id…>: forget dead or waiting deliveries, but not their ids. ${SENT_AGAIN}`,
    'Exit codes: 0 done, 2 settings or options, 3 a delivery is not there or in no state for it, 75 the store cannot be reached.',
  ].join('\n\n'),
  examples: [
    'procession inbox list --state dead',
    'procession inbox show 42',
    'procession inbox replay 42 43',
  ],
  run: async (context) => {
    const [verb = '', ...ids] = context.positionals;
    const store = await context.wire.store();
    try {
      return await perform(context, store, verb, ids);
    } finally {
      await store.close();
    }
  },
};

async function perform(
  context: CommandContext,
  inbox: Inbox,
  verb: string,
  ids: readonly string[],
): Promise<number> {
  if (verb === 'list') return await list(context, inbox);
  if (!['show', 'replay', 'drop'].includes(verb))
    throw new UsageError(`There is no "inbox ${shown(verb)}": use list, show, replay or drop.`, HELP);
  if (ids.length === 0)
    throw new UsageError(`Say which delivery to ${verb}: procession inbox list shows the ids.`, HELP);
  let missing = 0;
  for (const id of ids) missing += (await one(context, inbox, verb, id)) ? 0 : 1;
  return missing === 0 ? EXIT.done : EXIT.input;
}

/** @returns whether there was such a delivery in a state that allows it */
async function one(context: CommandContext, inbox: Inbox, verb: string, id: string): Promise<boolean> {
  const { output, wire } = context;
  if (verb === 'show') {
    const delivery = await inbox.show(id);
    if (delivery === null) output.warning(`There is no delivery ${shown(id)}. See: procession inbox list`);
    else output.json({ version: 1, ...delivery });
    return delivery !== null;
  }
  const before = await inbox.show(id);
  const done = verb === 'replay' ? await inbox.replay(id, wire.clock.now()) : await inbox.drop(id);
  if (!done) output.warning(`${id}: ${whyNot(verb, await inbox.show(id), wire.clock.now())}`);
  else if (verb === 'replay') output.result(`${id}: waits to be worked on again.`);
  else output.result(`${id}: dropped.${before?.kind === 'sow' ? ` ${SENT_AGAIN}` : ''}`);
  return done;
}

/** Says what state a delivery is in that it can be neither replayed nor dropped, and what to do. */
function whyNot(verb: string, delivery: StoredDelivery | null, now: string): string {
  switch (delivery?.state) {
    case undefined:
      return 'there is no delivery with this id. See: procession inbox list';
    case 'working':
      return 'is being worked on now; try again in a moment.';
    case 'waiting':
      // Whoever drops can drop what waits: it has only just come back.
      if (verb === 'drop') return CHANGED;
      return waitsFor(delivery, now)
        ? `waits already; it is tried again at ${delivery.notBefore}.`
        : 'waits already; it is worked on next.';
    case 'done':
      return verb === 'drop' ? 'is done; there is nothing to drop.' : CHANGED;
    case 'dead':
      if (verb === 'drop' || delivery.engagement !== null) return CHANGED;
      return delivery.source === 'crm'
        ? `cannot be worked on, its SOW or deal has problems (inbox show ${delivery.id}). Have it corrected and sent again; drop this one.`
        : `cannot be worked on, it is no event that is understood (inbox show ${delivery.id}). Drop it.`;
  }
}

const CHANGED = 'its state has changed this moment; try again.';

/** Whether it waits for a later try. */
function waitsFor({ state, notBefore }: StoredDelivery, now: string): boolean {
  return state === 'waiting' && msBetween(now, notBefore) > 0;
}

async function list(context: CommandContext, inbox: Inbox): Promise<number> {
  const { output } = context;
  const sow = context.text('sow');
  const state = stateOf(context);
  const deliveries = await inbox.list({
    limit: limitOf(context),
    ...(state === null ? {} : { state }),
    ...(sow === undefined ? {} : { engagement: parseKey(sow) }),
  });
  const figures = await inbox.figures();
  const now = context.wire.clock.now();
  if (context.flag('json')) output.json({ version: 1, figures, deliveries });
  else {
    for (const delivery of deliveries) output.result(lineOf(delivery, now));
    output.note(`${figures.waiting} waiting, ${figures.working} being worked on, ${figures.dead} dead.`);
  }
  return EXIT.done;
}

function lineOf(delivery: StoredDelivery, now: string): string {
  const { id, receivedAt, source, kind, engagement, state, attempts, reason } = delivery;
  const until = waitsFor(delivery, now) ? ` until ${delivery.notBefore.slice(11, 19)}` : '';
  const tried = attempts > 1 ? ` after ${attempts} attempts` : '';
  return `${id}  ${receivedAt}  ${source} ${kind}  ${engagement ?? '–'}  ${state}${until}${tried}${reason === null ? '' : `: ${visible(reason)}`}`;
}

function stateOf(context: CommandContext): DeliveryState | null {
  const text = context.text('state');
  if (text === undefined) return null;
  const state = STATES.find((known) => known === text);
  if (state === undefined)
    throw new UsageError(`--state ${shown(text)}: expected ${STATES.join(', ')}.`, HELP);
  return state;
}

/** The number of `--limit`. */
export function limitOf(context: CommandContext, otherwise = 50): number {
  const text = context.text('limit');
  if (text === undefined) return otherwise;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
    throw new UsageError(`--limit ${shown(text)}: expected a number from 1 to 10000.`, HELP);
  return limit;
}
