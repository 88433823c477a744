/** Time as an argument. `now()` is an ISO 8601 instant in UTC. */
export interface Clock {
  now(): string;
}
