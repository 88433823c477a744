/** One plain request after the other: a proof looks at what GitLab answers, refusals included. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { rateLimitSeconds } from '#gitlab/http/backoff.ts';
import { exchange } from '#gitlab/http/exchange.ts';
import { toAppError } from '#gitlab/http/to-app-error.ts';

/** Answer of GitLab, whatever its status. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Sends `POST`, `/projects/7/issues`, `{ title: 'a' }`. @throws AppError when GitLab does not answer */
export type Ask = (method: string, path: string, body?: Readonly<Record<string, unknown>>) => Promise<Reply>;

/** Address of GitLab, and whose requests they are. */
export interface AskOptions {
  readonly host: string;
  readonly token: string;
  /** Called with every answer. */
  readonly onReply?: (reply: Reply) => void;
}

const TIMEOUT_MS = 15_000;
/** A fresh instance may ask to wait once; a proof that is refused more often says so. */
const TRIES = 3;

/** Gives the requests of one token. A 429 is waited for, twice at most; nothing else is repeated. */
export function createAsk({ host, token, onReply }: AskOptions): Ask {
  return async (method, path, body) => {
    const url = new URL(`${host.replace(/\/+$/, '')}/api/v4${path}`);
    const request = {
      method,
      url,
      path: url.pathname.replace(/^.*?\/api\/v4(?=\/)/, ''),
      headers: {
        accept: 'application/json',
        'private-token': token,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: undefined,
    };
    for (let left = TRIES; ; left -= 1) {
      const outcome = await exchange(request, TIMEOUT_MS);
      if (outcome.kind === 'status' && outcome.status === 429 && left > 1) {
        await delay(rateLimitSeconds(outcome.headers, Date.now()) * 1000);
        continue;
      }
      if (outcome.kind !== 'answer' && outcome.kind !== 'status')
        throw toAppError(request, outcome, Date.now());
      const { status, headers } = outcome;
      const reply = {
        status,
        headers,
        body: outcome.kind === 'answer' ? outcome.body : parsed(outcome.body),
      };
      onReply?.(reply);
      return reply;
    }
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** What proofs read of issues and epics. */
export const Item = z.object({
  id: z.int(),
  iid: z.int(),
  title: z.string(),
  description: z.string().nullish(),
  state: z.string(),
  labels: z.array(z.string()),
  due_date: z.string().nullish(),
});
export type Item = z.infer<typeof Item>;

/** What proofs read of notes. */
export const Note = z.object({
  id: z.int(),
  body: z.string(),
  internal: z.boolean().nullish(),
  updated_at: z.string(),
});
export type Note = z.infer<typeof Note>;

/** A refusal where something had to be made, so that nothing can be said of the fact itself. */
export class NotTried extends Error {}

/** The body of an answer that had to be a success. @throws NotTried otherwise, with what GitLab said */
export function made<T>(schema: z.ZodType<T>, { status, body }: Reply, what: string): T {
  if (status >= 300) throw new NotTried(`${what}: ${status} ${JSON.stringify(body).slice(0, 200)}`);
  return parseAnswer(schema, body, what);
}
