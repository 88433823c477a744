import { describe, expect, it } from 'vitest';
import { type Body, createReadBody } from '#service/read-body.ts';

const KIB = 1024;

/** A stream of chunks, which may wait for ever after them. */
function stream(
  sizes: readonly number[],
  end: 'close' | 'hang' | 'fail' = 'close',
): ReadableStream<Uint8Array> {
  return ReadableStream.from(
    (async function* () {
      for (const size of sizes) yield new Uint8Array(size).fill(120);
      if (end === 'hang') await new Promise(() => {});
      if (end === 'fail') throw new Error('reset');
    })(),
  );
}

const reader = (limits: { timeoutMs?: number; roomBytes?: number } = {}) =>
  createReadBody({ timeoutMs: 100, roomBytes: 1024 * KIB, ...limits });

const lengthOf = (body: Body): number | string => (body.kind === 'whole' ? body.bytes.length : body.kind);

describe('service/read-body', () => {
  it('reads what is allowed, to the byte', async () => {
    const read = reader();

    expect(lengthOf(await read(null, 10))).toBe(0);
    expect(lengthOf(await read(stream([]), 10))).toBe(0);
    expect(lengthOf(await read(stream([10]), 10))).toBe(10);
    expect(lengthOf(await read(stream([3, 3, 4]), 10))).toBe(10);
    expect(lengthOf(await read(stream([11]), 10))).toBe('too-large');
    expect(lengthOf(await read(stream([3, 3, 5]), 10))).toBe('too-large');
  });

  it('joins the chunks in order', async () => {
    const chunks = ['{"a":', '"ü', '"}'].map((text) => new TextEncoder().encode(text));

    const body = await reader()(ReadableStream.from(chunks), 100);

    expect(body.kind === 'whole' && body.bytes.toString()).toBe('{"a":"ü"}');
  });

  it('gives up a body that is too large before it ends, and one that never ends', async () => {
    expect(lengthOf(await reader()(stream([11], 'hang'), 10))).toBe('too-large');
    expect(lengthOf(await reader({ timeoutMs: 20 })(stream([5], 'hang'), 10))).toBe('too-slow');
    expect(lengthOf(await reader()(stream([5], 'fail'), 10))).toBe('broken-off');
  });

  it('lets long bodies share one room, and gives it back', async () => {
    const read = reader();
    const long = 900 * KIB;
    const first = await read(stream([long]), 2048 * KIB);

    expect(lengthOf(first)).toBe(long);
    expect(lengthOf(await read(stream([long]), 2048 * KIB))).toBe('no-room');
    // Ordinary deliveries get through all the same.
    expect(lengthOf(await read(stream([200 * KIB]), 2048 * KIB))).toBe(200 * KIB);
    if (first.kind === 'whole') first.release();
    expect(lengthOf(await read(stream([long]), 2048 * KIB))).toBe(long);
  });

  it('gives the room back too when a long body is given up', async () => {
    const read = reader({ timeoutMs: 20 });
    for (const end of ['hang', 'fail'] as const) await read(stream([900 * KIB], end), 2048 * KIB);
    await read(stream([900 * KIB, 2048 * KIB]), 2048 * KIB);

    expect(lengthOf(await read(stream([1200 * KIB]), 2048 * KIB))).toBe(1200 * KIB);
  });
});
