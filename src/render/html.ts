/** HTML from templates that escape every value: the only way text gets into a page. */
import { html } from 'hono/html';
import { InvariantError } from '#domain/base/errors.ts';

/** HTML in which every value is escaped. */
export type Html = ReturnType<typeof html>;

/** The finished text. Nothing in a page waits for anything, so a template that would is a mistake of ours. */
export function htmlText(page: Html): string {
  if (page instanceof Promise) throw new InvariantError('A page was given something to wait for.');
  return page.toString();
}

/** A link to GitLab, or the words alone where there is no address or one that is no web address. */
export function linkTo(url: string | null, words: Html | string): Html {
  return url !== null && /^https?:\/\//i.test(url) ? html`<a href="${url}">${words}</a>` : html`${words}`;
}
