/**
 * Reads the raw bytes of a body, never more than allowed: too long, too slow, or too many long ones at once all end
 * before the memory is gone. Who sends may still be anybody.
 */
import type { IncomingMessage } from 'node:http';
import { createDeadlines, type StartDeadline } from './deadlines.ts';

/** Body of a request, or the reason why it could not be read. */
export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer; release(): void }
  | { readonly kind: 'too-large' | 'too-slow' | 'broken-off' | 'no-room' };

/** Socket, or body of a request made in this process; `null`: no body. */
export type BodySource = IncomingMessage | ReadableStream<Uint8Array> | null;

/** Time and room for bodies. */
export interface BodyLimits {
  /** A body that is not complete after this is given up. */
  readonly timeoutMs: number;
  /** Bytes that long bodies may take up together. */
  readonly roomBytes: number;
}

/** @param limitBytes the longest body */
export type ReadBody = (source: BodySource, limitBytes: number) => Promise<Body>;

/** So much of every body is free of the common room: ordinary deliveries get through while long ones fill it. */
const FREE_BYTES = 256 * 1024;

/** Creates a reader that holds all bodies together within their room. */
export function createReadBody({ timeoutMs, roomBytes }: BodyLimits): ReadBody {
  const room: Room = { freeBytes: roomBytes };
  const startDeadline = createDeadlines(timeoutMs);
  return async (source, limitBytes) => {
    const collected = new Collected(room, limitBytes);
    if (source === null) return collected.whole();
    const end =
      'getReader' in source
        ? await readStream(source, collected, startDeadline)
        : await readSocket(source, collected, startDeadline);
    if (end === 'complete') return collected.whole();
    collected.release();
    return { kind: end };
  };
}

type End = 'complete' | Exclude<Body['kind'], 'whole'>;

interface Room {
  freeBytes: number;
}

class Collected {
  private readonly chunks: Uint8Array[] = [];
  private readonly room: Room;
  private readonly limitBytes: number;
  private length = 0;
  private heldBytes = 0;

  constructor(room: Room, limitBytes: number) {
    this.room = room;
    this.limitBytes = limitBytes;
  }

  /** @returns why the chunk was not taken; `null` when it was */
  add(chunk: Uint8Array): 'too-large' | 'no-room' | null {
    const length = this.length + chunk.length;
    if (length > this.limitBytes) return 'too-large';
    const wantedBytes = Math.max(0, length - FREE_BYTES) - this.heldBytes;
    if (wantedBytes > this.room.freeBytes) return 'no-room';
    this.room.freeBytes -= wantedBytes;
    this.heldBytes += wantedBytes;
    this.length = length;
    this.chunks.push(chunk);
    return null;
  }

  whole(): Body {
    const [first] = this.chunks;
    const bytes =
      first !== undefined && this.chunks.length === 1 ? asBuffer(first) : Buffer.concat(this.chunks);
    return { kind: 'whole', bytes, release: () => this.release() };
  }

  release(): void {
    this.room.freeBytes += this.heldBytes;
    this.heldBytes = 0;
    this.chunks.length = 0;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readSocket(
  source: IncomingMessage,
  collected: Collected,
  startDeadline: StartDeadline,
): Promise<End> {
  return new Promise((resolve) => {
    const cancel = startDeadline(() => finish('too-slow'));
    const onData = (chunk: Uint8Array): void => {
      const refusal = collected.add(chunk);
      if (refusal !== null) finish(refusal);
    };
    const onEnd = (): void => finish('complete');
    const onLost = (): void => finish('broken-off');

    function finish(end: End): void {
      cancel();
      source.off('data', onData).off('end', onEnd).off('close', onLost);
      // What still comes is not taken in before the answer is out; the server then drops it, up to a limit.
      if (end !== 'complete') source.pause();
      resolve(end);
    }

    source.on('data', onData).on('end', onEnd).on('close', onLost);
    // Stays after the end: an error of the connection that nobody listens to would end the process.
    source.on('error', onLost);
    if (source.destroyed) onLost();
  });
}

async function readStream(
  source: ReadableStream<Uint8Array>,
  collected: Collected,
  startDeadline: StartDeadline,
): Promise<End> {
  const reader = source.getReader();
  let cancel = (): void => {};
  const deadline = new Promise<'too-slow'>((resolve) => {
    cancel = startDeadline(() => resolve('too-slow'));
  });
  const read = async (): Promise<End> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'complete';
      const refusal = collected.add(value);
      if (refusal !== null) return refusal;
    }
  };
  const end = await Promise.race([read().catch((): End => 'broken-off'), deadline]);
  cancel();
  if (end !== 'complete') void reader.cancel().catch(() => {});
  return end;
}
