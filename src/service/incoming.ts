import type { IncomingMessage } from 'node:http';
import type { BodySource } from './read-body.ts';
import type { ReadHeader } from './standard-webhooks.ts';

/** What the server hands over beside the request; nothing when a request is made in this process. */
export interface ServiceEnv {
  readonly Bindings: { readonly incoming?: IncomingMessage };
}

/** A request before anything is known of it. */
export interface Incoming {
  readonly header: ReadHeader;
  readonly body: BodySource;
}

/**
 * The headers and the unread body. Both are taken from the socket where there is one: a `Request` for each delivery
 * costs more than checking its signature.
 */
export function incomingOf(request: Request, bindings: ServiceEnv['Bindings'] | undefined): Incoming {
  const message = bindings?.incoming;
  if (message === undefined)
    return { header: (name) => request.headers.get(name) ?? undefined, body: request.body };
  return { header: (name) => single(message.headers[name]), body: message };
}

/** Node joins what is sent twice by commas, as `Headers` does: neither of the two values, so it proves nothing. */
function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
