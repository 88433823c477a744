/**
 * A refusal's JSON body as a sentence.
 *
 * @example `{ message: { title: ["can't be blank"] } }` → `title can't be blank`
 */
export function refusalWords(body: unknown): string {
  if (typeof body === 'string') return body;
  if (Array.isArray(body)) return body.map(refusalWords).join(', ');
  if (typeof body !== 'object' || body === null) return 'no reason given';
  const record = body as Readonly<Record<string, unknown>>;
  if ('message' in record) return refusalWords(record['message']);
  if ('error' in record) return refusalWords(record['error']);
  return Object.entries(record)
    .map(([field, problem]) => `${field} ${refusalWords(problem)}`)
    .join('; ');
}
