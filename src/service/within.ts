/** Asks, and gives up after the time: `null` then, and when the question fails. Why is nobody's business here. */
export async function within<T>(timeoutMs: number, ask: () => Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs);
  });
  try {
    return await Promise.race([ask(), tooSlow]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
