/** Reads the body of an answer, never more than fits into memory: a broken proxy may send for ever. */

/** A page of a hundred issues whose descriptions are all as long as GitLab allows (1 MiB) is shorter. */
export const LONGEST_ANSWER_BYTES = 128 * 1024 * 1024;

/** Reads the text of an answer; `null` when the text is longer than the limit. */
export async function readAnswer(response: Response, limitBytes: number): Promise<string | null> {
  const { body, headers } = response;
  // A length is that of the compressed bytes, and a few of those may become gigabytes.
  const declared = headers.has('content-encoding') ? Number.NaN : Number(headers.get('content-length') ?? '');
  if (body === null || (declared > 0 && declared <= limitBytes)) return await response.text();
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let length = 0;
  // Leaving the loop cancels the body, and the connection with it.
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limitBytes) return null;
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  return parts.join('') + decoder.decode();
}
