import { hash } from 'node:crypto';
import type { ReadHeader } from './standard-webhooks.ts';

/** What an identifier from outside may look like in our logs: nothing that a viewer could take for something else. */
const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/;

const ID_HEADERS = ['x-gitlab-webhook-uuid', 'webhook-id', 'x-request-id'];

/**
 * Chooses the identifier of a request: the sender's where it is harmless, so that both sides find the request, else a
 * new one.
 */
export function requestIdOf(header: ReadHeader, newRequestId: () => string): string {
  for (const name of ID_HEADERS) {
    const value = header(name);
    if (value !== undefined && REQUEST_ID.test(value)) return value;
  }
  return newRequestId();
}

/** Visible characters, short enough for an index. */
const PLAIN_KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * Makes a key of the store from an identifier from outside: the identifier where it is short and plain, else its
 * digest.
 */
export function toDedupeKey(text: string): string {
  return PLAIN_KEY.test(text) ? text : `sha256:${hash('sha256', text)}`;
}
