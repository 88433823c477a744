/** Descriptions and notes as GitLab shows them. Markup in the source stays text: see `markdown-html.ts` for the exceptions. */

import { raw } from 'hono/html';
import type { MarkdownIt, RendererRule } from 'markdown-it';
import Markdown from 'markdown-it';
import type { Item } from '#sandbox/reading.ts';
import { allowSomeHtml } from './markdown-html.ts';
import { drawReferences } from './markdown-references.ts';
import type { Task } from './markdown-tasks.ts';
import { drawTasks, tasksIn } from './markdown-tasks.ts';
import type { Html, Visit } from './visit.ts';

/** Pages have an `h1` and `h2`s of their own. */
const HEADING_SHIFT = 2;

const md = createRenderer();

/** Markdown as markup; checkboxes can be clicked when `tickable` and the page has the tick form. */
export function renderMarkdown(visit: Visit, item: Item, source: string, tickable = false): Html {
  return raw(md.render(source, { visit, item, tickable }));
}

/** One line of Markdown without a paragraph around it. */
export function renderLine(visit: Visit, item: Item, source: string): Html {
  return raw(md.renderInline(source, { visit, item }));
}

/** The tasks of a description as the page numbered them. */
export function tasksOf(visit: Visit, item: Item): Task[] {
  return tasksIn(md.parse(item.description, { visit, item }));
}

/** Only web and mail addresses, and places on this site, become links. */
function isSafeLink(url: string): boolean {
  return /^(?:https?:\/\/|mailto:|#|\/(?![/\\]))/iu.test(url.trim());
}

function createRenderer(): MarkdownIt {
  const created = new Markdown({ html: false, linkify: true, breaks: false });
  created.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  created.validateLink = isSafeLink;
  allowSomeHtml(created);
  drawTasks(created);
  drawReferences(created);
  drawElements(created);
  return created;
}

function drawElements(md: MarkdownIt): void {
  const { escapeHtml } = md.utils;
  const rules: Record<string, RendererRule> = {
    heading_open: (tokens, at) => `<${shifted(tokens[at]?.tag)}>`,
    heading_close: (tokens, at) => `</${shifted(tokens[at]?.tag)}>\n`,
    table_open: () => '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>\n',
    table_close: () => '</table></div>\n',
    fence(tokens, at) {
      const language = (tokens[at]?.info ?? '').trim().split(/\s+/u)[0] ?? '';
      const name = language === '' ? '' : `<span class="language">${escapeHtml(language)}</span>`;
      const code = escapeHtml(tokens[at]?.content ?? '');
      return `<div class="code">${name}<pre tabindex="0"><code>${code}</code></pre></div>\n`;
    },
    link_open(tokens, at, options, _env, renderer) {
      tokens[at]?.attrSet('rel', 'nofollow noopener noreferrer');
      return renderer.renderToken(tokens, at, options);
    },
    // Nothing may be fetched from elsewhere: a picture is a link to it.
    image(tokens, at) {
      const address = String(tokens[at]?.attrGet('src') ?? '');
      const words = tokens[at]?.content ?? '';
      const text = escapeHtml(words === '' ? address : words);
      return `<a href="${escapeHtml(address)}" rel="nofollow noopener noreferrer">[picture: ${text}]</a>`;
    },
  };
  Object.assign(md.renderer.rules, rules);
}

function shifted(tag = 'h1'): string {
  return `h${Math.min(6, Number(tag.slice(1)) + HEADING_SHIFT)}`;
}
