/**
 * Nothing waits longer for its next try than three quarters of an hour (`reconciler/loop/retry.ts`). What is to wait
 * longer than this was written by a clock that was wrong, and is due now.
 */
export const LONGEST_WAIT_MS = 3_600_000;
