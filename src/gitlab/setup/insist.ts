/** What every write of `setup` needs. */
import type { SetupAction } from '#domain/setup/action.ts';
import { lookBeforeRepeat } from '#gitlab/http/look-before-repeat.ts';
import type { SetupSession } from './session.ts';

/** Actions of one kind. */
export type ActionOf<K extends SetupAction['kind']> = SetupAction & { readonly kind: K };

/** Says again, after a lost answer, what says the same however often it is said. */
export async function insist({ base }: SetupSession, send: () => Promise<unknown>): Promise<void> {
  await lookBeforeRepeat(base, { send, find: async () => null });
}
