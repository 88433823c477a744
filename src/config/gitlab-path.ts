import { z } from 'zod';

/** Shape of a group or project: a number is its id, a path is what the address shows after the host. */
export function gitlabPath(what: string, example: string): z.ZodType<string> {
  const wanted = `expected the path of the ${what}, for example ${example}`;
  const path = z.string().regex(/^[a-zA-Z0-9_.][a-zA-Z0-9_.-]*(\/[a-zA-Z0-9_.][a-zA-Z0-9_.-]*)*$/, wanted);
  return z.union([path, z.number().int().positive(wanted)], wanted).transform(String);
}
