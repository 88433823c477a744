/** What every page needs to know about the request it answers. */
import type { html } from 'hono/html';
import type { User, World } from '#sandbox/world.ts';
import type { Paths } from './paths.ts';

/** Escaped markup: only `html` and `raw` of `hono/html` make it. */
export type Html = ReturnType<typeof html>;

/** Markup as a string, for a renderer that joins strings. */
export function markupText(markup: Html): string {
  if (markup instanceof Promise) throw new TypeError('Pages are made of finished markup only.');
  return markup.toString();
}

/** A message above the page: what GitLab refused, or what was done. */
export interface Notice {
  readonly kind: 'refused' | 'done';
  /** HTTP status of a refusal. */
  readonly status: number | null;
  readonly message: string;
}

export interface Visit {
  readonly world: World;
  readonly paths: Paths;
  /** Who the visitor acts as. */
  readonly actor: User;
  readonly now: Date;
  /** Path and query of this page, for forms and for the way back. */
  readonly here: string;
  /** Changes with the world; the page compares it to see whether it is stale. */
  readonly version: number;
  readonly notice: Notice | null;
  /** What was typed into a form that GitLab refused, by field name. */
  readonly draft: Readonly<Record<string, string>>;
}
