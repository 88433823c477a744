/** Reads texts that are searched, not shown: every write to GitLab has them read. */
import Markdown, { type MarkdownIt, type Token } from 'markdown-it';

type Nesting = -1 | 0 | 1;

const library = new Markdown();

/**
 * A token as markdown-it makes it, its fields set by plain assignments: markdown-it 15 sets each by a helper, which takes
 * half the time of reading a text.
 */
class QuickToken {
  attrs: Token['attrs'] = null;
  map: Token['map'] = null;
  level = 0;
  children: Token['children'] = null;
  content = '';
  markup = '';
  info = '';
  meta: unknown = null;
  block = false;
  hidden = false;
  type: string;
  tag: string;
  nesting: Nesting;

  constructor(type: string, tag: string, nesting: Nesting) {
    this.type = type;
    this.tag = tag;
    this.nesting = nesting;
  }
}
const { prototype: methods } = new library.block.State('', library, {}, []).Token;
Object.setPrototypeOf(QuickToken.prototype, methods);

function newToken(type: string, tag: string, nesting: Nesting): Token {
  return new QuickToken(type, tag, nesting) as unknown as Token;
}

class BlockState extends library.block.State {
  override push(type: string, tag: string, nesting: Nesting): Token {
    const token = newToken(type, tag, nesting);
    token.block = true;
    if (nesting < 0) this.level -= 1;
    token.level = this.level;
    if (nesting > 0) this.level += 1;
    this.tokens.push(token);
    return token;
  }
}

class InlineState extends library.inline.State {
  override pushPending(): Token {
    const token = newToken('text', '', 0);
    token.content = this.pending;
    token.level = this.pendingLevel;
    this.tokens.push(token);
    this.pending = '';
    return token;
  }

  override push(type: string, tag: string, nesting: Nesting): Token {
    if (this.pending !== '') this.pushPending();
    const token = newToken(type, tag, nesting);
    if (nesting < 0) {
      this.level -= 1;
      this.delimiters = this._prev_delimiters.pop() ?? [];
    }
    token.level = this.level;
    const opened = nesting > 0;
    if (opened) {
      this.level += 1;
      this._prev_delimiters.push(this.delimiters);
      this.delimiters = [];
    }
    this.pendingLevel = this.level;
    this.tokens.push(token);
    this.tokens_meta.push(opened ? { delimiters: this.delimiters } : undefined);
    return token;
  }
}

/** Makes a parser of what GitLab takes for Markdown and HTML. Every one has rules of its own to switch off. */
export function createParser(): MarkdownIt {
  const parser = new Markdown({ html: true, linkify: false });
  parser.block.State = BlockState;
  parser.inline.State = InlineState;
  return parser;
}
