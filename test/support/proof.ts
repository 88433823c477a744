/**
 * How long proofs by many random rounds go on. `npm test` gives each a fixed number of rounds; `npm run test:proofs` runs
 * what carries the tag {@link PROOF} alone, and goes on with each until `PROOF_SECONDS` are over; so does `.ci/run`, with fewer
 * of them, in the one run of all tests.
 *
 * @example it('loses nothing', PROOF, async () => await fc.assert(property, proofRuns(200)))
 */
import fc from 'fast-check';

/** Options of a test that is a proof. */
export const PROOF = { tags: ['proof'] };

const SECONDS = Number(process.env['PROOF_SECONDS'] ?? 0);

/** For moments and choices that are not fast-check's: `PROOF_SEED` repeats those of an earlier run. */
export const PROOF_SEED = Number(process.env['PROOF_SEED'] ?? Date.now() % 1_000_000);

const AT_ONCE = (process.env['PROOF_AT_ONCE'] ?? '').split(',').flatMap((text) => Number(text) || []);
let worlds = 0;

/**
 * How many requests to GitLab the next world has under way at the same time: each number of `PROOF_AT_ONCE` in turn, as
 * `npm run test:proofs` sets it (`PROOF_AT_ONCE=3` for one alone); `undefined`: as many as usual.
 */
export function atOnceInTurn(): number | undefined {
  worlds += 1;
  return AT_ONCE[worlds % Math.max(AT_ONCE.length, 1)];
}

/** Seconds that `npm run test:proofs` gives a proof. */
const USUAL_SECONDS = 6;

/**
 * Parameters of fast-check for a property that `npm test` tries `numRuns` times.
 *
 * @param many rounds of `npm run test:proofs`, however slow the machine is; more or fewer with `PROOF_SECONDS`; absent: as
 *   many as there is time for
 */
export function proofRuns(numRuns: number, many?: number): ProofRuns {
  if (SECONDS === 0) return { numRuns };
  if (many !== undefined) return { numRuns: Math.max(numRuns, Math.round((many * SECONDS) / USUAL_SECONDS)) };
  return { numRuns: 1_000_000, interruptAfterTimeLimit: SECONDS * 1_000, least: numRuns };
}

interface ProofRuns {
  readonly numRuns: number;
  readonly interruptAfterTimeLimit?: number;
  /** Rounds without a time limit. */
  readonly least?: number;
  /** See fast-check. */
  readonly endOnFailure?: boolean;
}

/**
 * Asserts a property whose rounds take time. fast-check leaves the round that a time limit interrupts running, in the
 * world of the next test; here each round ends.
 */
export async function assertRounds<T>(
  property: fc.IAsyncProperty<T>,
  { numRuns, interruptAfterTimeLimit, least = numRuns, ...options }: ProofRuns,
): Promise<void> {
  const end = performance.now() + (interruptAfterTimeLimit ?? 0);
  do await fc.assert(property, { ...options, numRuns: least });
  while (performance.now() < end);
}

/** Counts rounds from 0: `least` of them in `npm test`; until the time is over, and never fewer, in `npm run test:proofs`. */
export function* proofRounds(least: number): Generator<number> {
  const end = performance.now() + SECONDS * 1_000;
  for (let round = 0; round < least || performance.now() < end; round += 1) yield round;
}

/**
 * Points of a run at which it is broken off, from 0: `least` of them, evenly spread, in `npm test`; in
 * `npm run test:proofs` the others too, in an order by {@link PROOF_SEED}, until the time is over.
 */
export function* proofPoints(count: number, least: number): Generator<number> {
  const end = performance.now() + SECONDS * 1_000;
  const first = new Set(
    Array.from({ length: Math.min(least, count) }, (_, n) => Math.floor((n * count) / least)),
  );
  yield* first;
  const others = Array.from({ length: count }, (_, point) => point).filter((point) => !first.has(point));
  const placeOf = (point: number): number => Math.imul(point + PROOF_SEED, 2_654_435_761) >>> 0;
  for (const point of others.toSorted((one, other) => placeOf(one) - placeOf(other))) {
    if (performance.now() >= end) return;
    yield point;
  }
}
