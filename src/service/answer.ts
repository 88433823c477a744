/** Everything that ends a delivery: the status, the JSON, and what is counted and logged about it. */

/** Result of a delivery. A short fixed list, because results are label values of metrics. */
export type DeliveryResult =
  | 'stored'
  | 'duplicate'
  | 'conflict'
  | 'own'
  | 'ignored'
  | 'unknown'
  | 'malformed'
  | 'invalid'
  | 'unauthentic'
  | 'encoded'
  | 'too-large'
  | 'too-slow'
  | 'broken-off'
  | 'no-room'
  | 'store-failed';

/** Everything that answers a delivery: status, JSON, headers, log. */
export interface DeliveryOutcome {
  readonly status: number;
  readonly result: DeliveryResult;
  /** The JSON of the answer; `result` and `request_id` are added. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Data for the log: no values from the delivery but keys. */
  readonly log?: Readonly<Record<string, unknown>>;
}

const USUAL_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

/** Answer that is not sent yet. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A JSON answer that no browser guesses about and no cache keeps. */
export function reply(
  status: number,
  body: Readonly<Record<string, unknown>>,
  headers?: Readonly<Record<string, string>>,
): Reply {
  return {
    status,
    headers: headers === undefined ? USUAL_HEADERS : { ...USUAL_HEADERS, ...headers },
    text: JSON.stringify(body),
  };
}

/** {@link reply} as the router wants it. */
export function answer(...parts: Parameters<typeof reply>): Response {
  const { status, headers, text } = reply(...parts);
  return new Response(text, { status, headers });
}

/** An answer that refuses: `error` is stable, `message` is for people. */
export function refusal(
  status: number,
  result: DeliveryResult,
  error: string,
  message: string,
  more: Pick<DeliveryOutcome, 'headers' | 'log'> = {},
): DeliveryOutcome {
  return { status, result, body: { error, message }, ...more };
}
