import { z } from 'zod';

/** The id of a process, a profile, a role: `account-manager`. */
export const Id = z
  .string()
  .regex(
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    'expected lower-case words with dashes, for example account-manager',
  )
  .max(40);
