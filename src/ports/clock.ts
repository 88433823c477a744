/** Time as an argument. `now()` is an ISO 8601 instant in UTC. */
export interface Clock {
  now(): string;
}

/** Waiting as an argument. Resolves after the time, or early when the signal aborts; never rejects. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;
