import { z } from 'zod';

const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Test = z.union([
  Scalar,
  z.array(Scalar).min(1),
  z.strictObject({
    is: z.union([Scalar, z.array(Scalar).min(1)]).optional(),
    not: z.union([Scalar, z.array(Scalar).min(1)]).optional(),
    present: z.boolean().optional(),
    at_least: z.union([z.number(), z.string()]).optional(),
    at_most: z.union([z.number(), z.string()]).optional(),
  }),
]);
/** What one path of a condition is compared with. */
export type ConditionTest = z.infer<typeof Test>;

/**
 * A condition on SOW data. Keys are paths into the SOW (`deployment`, `customer.region`, `services.sku`);
 * for a path through a list any element may match. Values:
 * `aws` (equals) · `[aws, on-prem]` (one of) · `{ not: aws }` or `{ not: [..] }` · `{ present: true }` ·
 * `{ at_least: 80 }`, `{ at_most: 200 }` (numbers and dates). Several keys must all hold;
 * `all:`, `any:` and `none:` take lists of conditions. No code is ever run.
 */
export type Condition = {
  readonly [path: string]: ConditionTest | readonly Condition[] | undefined;
};
/** Shape of a {@link Condition}, as files of ours have it. */
export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z
    .object({
      all: z.array(Condition).optional(),
      any: z.array(Condition).optional(),
      none: z.array(Condition).optional(),
    })
    .catchall(Test),
);
