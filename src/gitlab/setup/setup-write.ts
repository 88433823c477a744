/** Carries out what `setup` has planned, one action at a time, each safe to repeat. */
import { UnexpectedResponseError } from '#domain/base/errors.ts';
import type { Secret } from '#domain/base/secret.ts';
import { HOOK_EVENTS, type HookEventName, type SetupAction } from '#domain/setup/action.ts';
import { HOOK_NAME } from '#domain/setup/wanted-installation.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { lookBeforeRepeat, orNull } from '#gitlab/http/look-before-repeat.ts';
import type { HookAdmin } from '#ports/hooks.ts';
import type { InstallationReader, InstallationWriter, SetupOutcome } from '#ports/installation.ts';
import { listBoards, type SetupConnection } from './setup-connection.ts';
import { HookAddress, LabelInGroup, ListOfBoard } from './setup-schema.ts';

type ActionOf<K extends SetupAction['kind']> = SetupAction & { readonly kind: K };

const EVENT_FIELDS: Readonly<Record<HookEventName, string>> = {
  issues: 'issuesEvents',
  confidentialIssues: 'confidentialIssuesEvents',
  notes: 'noteEvents',
  confidentialNotes: 'confidentialNoteEvents',
};

const DONE: SetupOutcome = { kind: 'done' };

/** Creates the writing half. */
export function createInstallationWriter(
  connection: SetupConnection,
  reader: InstallationReader,
  hookAdmin: Pick<HookAdmin, 'test'>,
): InstallationWriter {
  const { base, schedules } = connection;

  /** What says the same however often it is said needs no look: it is said again. */
  async function insist(send: () => Promise<unknown>): Promise<void> {
    await lookBeforeRepeat(base, { send, find: async () => null });
  }

  async function findSchedule(description: string): Promise<true | null> {
    const read = (await reader.read([])).schedules;
    return read.kind === 'read' && read.value.some((it) => it.description === description) ? true : null;
  }

  return {
    async perform(action, secret) {
      switch (action.kind) {
        case 'create-label':
          await createLabel(connection, action);
          return DONE;
        case 'update-label':
          await insist(async () => await updateLabel(connection, action));
          return DONE;
        case 'create-board':
          await createBoard(connection, action);
          return DONE;
        case 'add-list':
          await addList(connection, action);
          return DONE;
        case 'create-hook':
          await createHook(connection, action, secret);
          return DONE;
        case 'update-hook':
          await insist(async () => await updateHook(connection, action, secret));
          return DONE;
        case 'enable-hook':
          return await enableHook(hookAdmin, action);
        case 'create-schedule':
          await lookBeforeRepeat<unknown>(base, {
            send: () => schedules.create(base.project, action.description, action.ref, action.cron),
            find: () => findSchedule(action.description),
          });
          return DONE;
        case 'own-schedule':
          await insist(() => schedules.takeOwnership(base.project, action.id));
          return DONE;
        case 'update-schedule':
          await insist(() =>
            schedules.edit(base.project, action.id, {
              ...(action.active === null ? {} : { active: true }),
              ...(action.cron === null ? {} : { cron: action.cron }),
            }),
          );
          return DONE;
      }
    },
  };
}

async function findLabel({ base, labels }: SetupConnection, name: string): Promise<LabelInGroup | null> {
  const answer = await orNull(labels.show(base.group, name));
  return answer === null ? null : parseAnswer(LabelInGroup, answer, `GET group label ${name}`);
}

async function createLabel(
  connection: SetupConnection,
  { label: { name, color, description } }: ActionOf<'create-label'>,
): Promise<void> {
  const { base, labels } = connection;
  await lookBeforeRepeat<unknown>(base, {
    send: () => labels.create(base.group, name, color, { description }),
    find: () => findLabel(connection, name),
  });
}

/** @see https://docs.gitlab.com/api/group_labels/#update-a-group-label */
async function updateLabel(
  { base, labels }: SetupConnection,
  { id, name, label }: ActionOf<'update-label'>,
): Promise<void> {
  await labels.edit(base.group, id, {
    ...(name === label.name ? {} : { newName: label.name }),
    color: label.color,
    description: label.description,
  } as { color: string; description: string });
}

async function createBoard(connection: SetupConnection, { board }: ActionOf<'create-board'>): Promise<void> {
  const { base, boards } = connection;
  await lookBeforeRepeat<unknown>(base, {
    send: () => boards.create(base.group, board),
    find: async () => (await listBoards(connection)).find(({ name }) => name === board) ?? null,
  });
}

/** GitLab puts a new list at the end. A list that exists is 400 "has already been taken". */
async function addList(
  connection: SetupConnection,
  { board, label, position }: ActionOf<'add-list'>,
): Promise<void> {
  const { base, boards } = connection;
  const [there, labelled] = await Promise.all([listBoards(connection), findLabel(connection, label)]);
  const boardId = there.find(({ name }) => name === board)?.id;
  if (boardId === undefined || labelled === null)
    throw new UnexpectedResponseError(
      `GET /groups/${base.group}/boards: the ${boardId === undefined ? `board "${board}"` : `label "${label}"`} is gone again. Somebody else changes the same things; run procession setup again.`,
    );
  const findList = async (): Promise<{ readonly id: number } | null> => {
    const now = (await listBoards(connection)).find(({ id }) => id === boardId);
    return now?.lists?.find((list) => list.label?.name === label) ?? null;
  };
  const what = `POST /groups/${base.group}/boards/${boardId}/lists`;
  const list = await lookBeforeRepeat<{ readonly id: number }>(base, {
    send: async () => {
      const answer = await boards.createList(base.group, boardId, { labelId: labelled.id } as never);
      return parseAnswer(ListOfBoard, answer, what);
    },
    find: findList,
  });
  if (position !== null) await boards.editList(base.group, boardId, list.id, position);
}

async function createHook(
  { base, hooks }: SetupConnection,
  { scope, url, secret: kind }: ActionOf<'create-hook'>,
  secret: Secret | null,
): Promise<void> {
  const options = {
    name: HOOK_NAME,
    pushEvents: false,
    ...eventFields(HOOK_EVENTS),
    enableSslVerification: true,
    ...secretField(kind, secret),
  };
  await lookBeforeRepeat<unknown>(base, {
    send: () => hooks[scope].add(base[scope], url, options),
    find: async () => {
      const answer = await hooks[scope].all(base[scope], { perPage: 100, page: 1 });
      return answer.find((hook) => hook.url === url) ?? null;
    },
  });
}

/** The URL must be sent along; the hook keeps the one it has. */
async function updateHook(
  { base, hooks }: SetupConnection,
  { scope, id, events, secret: kind }: ActionOf<'update-hook'>,
  secret: Secret | null,
): Promise<void> {
  const hook = parseAnswer(HookAddress, await hooks[scope].show(base[scope], id), `GET ${scope} hook ${id}`);
  await hooks[scope].edit(base[scope], id, hook.url, {
    ...eventFields(events),
    ...(kind === null ? {} : secretField(kind, secret)),
  });
}

function eventFields(events: readonly HookEventName[]): Readonly<Record<string, true>> {
  return Object.fromEntries(events.map((event) => [EVENT_FIELDS[event], true as const]));
}

/** gitbeaker knows no signing token, and passes on what it does not know. */
function secretField(
  kind: 'signing-token' | 'secret-token',
  secret: Secret | null,
): Readonly<Record<string, string>> {
  const value = secret?.reveal() ?? '';
  return kind === 'signing-token' ? { signingToken: value } : { token: value };
}

async function enableHook(
  hookAdmin: Pick<HookAdmin, 'test'>,
  { scope, id }: ActionOf<'enable-hook'>,
): Promise<SetupOutcome> {
  const outcome = await hookAdmin.test({ scope, id }, 'issues_events');
  if (outcome.kind === 'delivered') return DONE;
  return {
    kind: 'not-done',
    why: outcome.reason,
    fix: 'Start the service (procession serve), make it reachable for GitLab at this address, and run procession setup again.',
  };
}
