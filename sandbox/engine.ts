import type { Hooks } from './hooks.ts';
import type { Limits } from './limits.ts';
import type { User, World } from './world.ts';

/** Told to listeners after every write. */
export interface Change {
  readonly kind: 'issue' | 'epic' | 'note' | 'pipeline';
  /** Global id of the record. */
  readonly id: number;
  readonly actor: User;
  readonly groupId: number;
}

/** What every write needs: the state, the clock, and where news of the write goes. */
export interface Engine {
  readonly world: World;
  readonly now: () => Date;
  readonly hooks: Hooks;
  readonly limits: Limits;
  announce(change: Change): void;
}

/** The instant as GitLab's API writes it: `2026-01-31T15:10:45.080Z`. */
export function timestamp(engine: { readonly now: () => Date }): string {
  return engine.now().toISOString();
}
