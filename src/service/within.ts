/** What became of a question that must not be waited for. */
export type Reply<T> = { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'failed' | 'too-slow' };

/** Asks, and gives up after the time. Never throws: a failure has no details, because it is shown to strangers. */
export async function within<T>(timeoutMs: number, ask: () => Promise<T>): Promise<Reply<T>> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<Reply<T>>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'too-slow' }), timeoutMs);
  });
  try {
    return await Promise.race([asked(ask), tooSlow]);
  } finally {
    clearTimeout(timer);
  }
}

async function asked<T>(ask: () => Promise<T>): Promise<Reply<T>> {
  try {
    return { kind: 'ok', value: await ask() };
  } catch {
    return { kind: 'failed' };
  }
}
