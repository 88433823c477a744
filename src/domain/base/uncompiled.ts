/**
 * Option for reading one value, or a few, by a schema: zod compiles a schema when it is first used, which takes longer than
 * to read a dozen values without that. Records and answers of GitLab come by the hundred and are read compiled.
 *
 * @see https://zod.dev/api (jitless)
 */
export const UNCOMPILED = { jitless: true } as const;
