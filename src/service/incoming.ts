import type { IncomingMessage } from 'node:http';
import type { BodySource } from './read-body.ts';
import type { ReadHeader } from './standard-webhooks.ts';

/** Request of the server beside the `Request`; absent when a request is made in this process. */
export interface ServiceEnv {
  readonly Bindings: { readonly incoming?: IncomingMessage };
}

/** Request of which nothing is known yet. */
export interface Incoming {
  readonly header: ReadHeader;
  readonly body: BodySource;
}

/** Takes headers and the unread body from the socket where there is one, else from the request of this process. */
export function incomingOf(request: Request, bindings: ServiceEnv['Bindings'] | undefined): Incoming {
  const message = bindings?.incoming;
  return message === undefined
    ? { header: (name) => request.headers.get(name) ?? undefined, body: request.body }
    : incomingOfSocket(message);
}

/** Takes headers and the unread body from the socket. */
export function incomingOfSocket(message: IncomingMessage): Incoming {
  return { header: (name) => single(message.headers[name]), body: message };
}

/** Node joins what is sent twice by commas, as `Headers` does: neither of the two values, so it proves nothing. */
function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
