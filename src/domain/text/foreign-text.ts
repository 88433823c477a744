/**
 * Makes text of a CRM, a SOW or a comment harmless before it enters GitLab. One function per place it can stand in.
 *
 * What GitLab does with text, read in its source (gitlabhq/gitlabhq):
 * - Quick actions run for a line of a paragraph that begins with `/name` (`^\/`, after removing every `\r`):
 *   `lib/gitlab/quick_actions/extractor.rb` at 7e202c4f. So no value has a line break or begins with a bare slash.
 * - References are found in the text of the *rendered* HTML, outside `pre`, `code` and `a`:
 *   `lib/banzai/filter/references/reference_filter.rb` at bc7f4d7d. So an entity (`&commat;`) hides nothing, and a
 *   backslash works only where the renderer leaves a trace of it: `escaped_char_spans` with
 *   `only_escape_chars: $ % # & @ ! ~ ^ :` in `markdown_engines/glfm_markdown.rb`, newer versions only.
 *   U+2060 WORD JOINER behind the sigil breaks every pattern in every version: it is invisible, never a line
 *   break, and no name, number or path may begin with it.
 * - The patterns: `@user` not after a word character (`User.reference_pattern`), `#1` `GL-1` `!1` `$1` `&1` `^alert#1`
 *   `~label` `%milestone` `*iteration:`, `[vulnerability:1]` and its like, `group/project>`, and any 7 to 40
 *   hexadecimal digits, even inside a word (`Commit.reference_pattern`).
 * - A bare web address becomes a link, and a link to a work item becomes a reference (`abstract_reference_filter.rb`).
 *
 * Left as they are, on purpose: e-mail addresses, decimal numbers (a telephone number could be a commit id, but it must
 * stay copyable), and `ABC-12`, which only projects with an external issue tracker link.
 */

const WORD_JOINER = '\u2060';
const LIMIT = 2_000;
const LONGEST_TITLE = 255;

/** Bidi controls, zero-width and other invisible characters, private use, lone surrogates, non-characters. */
const INVISIBLE =
  /[\p{Default_Ignorable_Code_Point}\p{Private_Use}\p{Surrogate}\p{Noncharacter_Code_Point}\u{FFF9}-\u{FFFB}]/gu;
/** Scripts in which words are spelled with joiners, U+200C and U+200D (Unicode Standard, 23.2). */
const JOINING = `[${'Arabic Syriac Mongolian Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Khmer Myanmar'
  .split(' ')
  .map((script) => `\\p{Script=${script}}`)
  .join('')}]`;
/** All of them but a joiner in a word that is spelled with it: نازنین‌زهرا is not نازنینزهرا. */
const UNWANTED = new RegExp(`(?!(?<=${JOINING})[\\u200C\\u200D](?=${JOINING}))${INVISIBLE.source}`, 'gu');
const SPACES = /[\s\p{Cc}\p{Zs}\p{Zl}\p{Zp}\u{2800}]+/gu;
/** Before the sign stands a word character: `+@root` would be a mention. */
const EMAIL = /[A-Za-z0-9._+-]*[A-Za-z0-9_]@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}(?![\w-])/g;

/** Words of ASCII with single blanks between them: nothing of it changes, and most texts are of this kind. */
const PLAIN = /^[\x21-\x7E]+(?: [\x21-\x7E]+)*$/;

/**
 * Foreign text as one line of readable characters, with no protection yet: line breaks and control characters become
 * one space, invisible characters go (but a joiner in a word that is spelled with it), more than eight combining marks
 * in a row are cut, and so is what is longer than `limit` characters.
 */
export function plainText(raw: string, limit: number = LIMIT): string {
  if (PLAIN.test(raw)) return shortened(raw, limit);
  const text = withoutInvisible(raw)
    .normalize('NFC')
    .replace(SPACES, ' ')
    .replace(/(\p{M}{8})\p{M}+/gu, '$1')
    .trim();
  return shortened(text, limit);
}

/**
 * Foreign text as one line of inert Markdown: safe in paragraphs (also first on a line), list items, headings, quotes
 * and table cells. Reads as the original did; e-mail addresses stay whole.
 *
 * @example
 * inlineText('/close **now**\n@root | #1'); // '\/·close \*\*now\*\* @·root &vert; \#·1', with · for U+2060
 */
export function inlineText(raw: string, limit: number = LIMIT): string {
  return atStart(withoutMarkdown(inert(plainText(raw, limit))));
}

/**
 * Foreign text for a title. Titles are plain text with references, so nothing is escaped; sigils are broken.
 * At most 255 characters, GitLab's limit.
 */
export function titleText(raw: string): string {
  const text = inert(plainText(raw, LONGEST_TITLE));
  return clampTitle(
    text.replace(/<(?=[A-Za-z/!?])/g, `<${WORD_JOINER}`).replace(/^\//, `/${WORD_JOINER}`),
    LONGEST_TITLE,
  );
}

/** Shortens a title to `limit` characters (code points, as GitLab counts), ending in `…` when something was cut. */
export function clampTitle(text: string, limit: number): string {
  return shortened(text, limit);
}

/**
 * Foreign text for a line inside a code fence, to be read and copied as it is: no run that could close the fence,
 * no slash or fence character first, no marker of ours.
 */
export function fencedText(raw: string, limit: number = LIMIT): string {
  return plainText(raw, limit)
    .replace(/(`{2}|~{2})(?=[`~])/g, `$1${WORD_JOINER}`)
    .replace(/^[`~]/, `${WORD_JOINER}$&`)
    .replace(/^\//, `/${WORD_JOINER}`)
    .replace(/<!(?=--)/g, `<!${WORD_JOINER}`)
    .replace(/procession:/gi, `$&${WORD_JOINER}`);
}

/**
 * Text for a query value of a web address. Line breaks become `%0D%0A`, as `mailto:` bodies want them (RFC 6068);
 * other control and invisible characters go. The result holds letters, digits, `-`, `_`, `.` and `%` only.
 */
export function urlText(raw: string): string {
  const text = withoutInvisible(raw)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, ' ')
    .replaceAll('\n', '\r\n');
  return encodeURIComponent(text).replace(/[!'()*~]/g, percentEncoded);
}

/**
 * A web address as an autolink, `<https://…>`, that breaks neither Markdown nor tables. What is not http(s) comes out as
 * {@link inlineText}. GitLab turns an autolink to one of its own work items into a reference, as if a person had pasted it.
 */
export function linkText(url: string): string {
  const address = url.trim();
  if (address.length > LIMIT || !/^https?:\/\/[^\s/?#]/i.test(address) || !address.isWellFormed())
    return inlineText(url);
  const safe = address
    .replace(INVISIBLE, encodeURIComponent)
    .replace(/[\s\p{Cc}\p{Z}\u{2800}]/gu, encodeURIComponent)
    .replace(/[<>|\\`"{}^]/g, percentEncoded)
    // GitLab skips link texts when it looks for mentions; an encoded @ needs no such trust and opens the same page.
    .replace(/(?<=^https?:\/\/[^/?#]*[/?#].*)@/gi, '%40');
  return `<${safe}>`;
}

function withoutInvisible(raw: string): string {
  return raw.replace(/([\u200C\u200D])[\u200C\u200D]+/g, '$1').replace(UNWANTED, '');
}

function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = Array.from(text.slice(0, limit * 2 + 2));
  if (characters.length <= limit && text.length <= limit * 2 + 2) return text;
  return `${characters
    .slice(0, limit - 1)
    .join('')
    .trimEnd()}…`;
}

/** Text without references, with its e-mail addresses whole, unless one holds something that GitLab would look up. */
function inert(text: string): string {
  let result = '';
  let from = 0;
  for (const { 0: email, index } of text.matchAll(EMAIL)) {
    if (`${email}:`.split('@').some((part) => withoutReferences(part) !== part)) continue;
    result += withoutReferences(text.slice(from, index)) + email;
    from = index + email.length;
  }
  return result + withoutReferences(text.slice(from));
}

/** Breaks everything GitLab would look up, with a word joiner inside each. */
function withoutReferences(text: string): string {
  return text
    .replace(/(?<! )>/g, `${WORD_JOINER}>`)
    .replace(/[@#!~%$^{](?! )|\[|&(?=[#\d]|[A-Za-z][A-Za-z0-9]*;|$)/g, `$&${WORD_JOINER}`)
    .replace(
      /:(?=\/\/|:)|(?<![A-Za-z0-9]):(?=[\w+-]+:)|procession:|\*(?=iteration:)|GL-(?=\d)|www(?=\.)/gi,
      `$&${WORD_JOINER}`,
    )
    .replace(/[0-9a-f]{7,}/gi, (digits) =>
      /[a-f]/i.test(digits) ? digits.replace(/.{6}(?=.)/g, `$&${WORD_JOINER}`) : digits,
    );
}

/**
 * Entities where a backslash is not enough: GFM splits table rows at pipes before it parses cells, and readers of raw
 * descriptions (ours too) must see no `<`. Backslashes elsewhere. `_` inside a word is plain (`first_last@example.com`).
 */
function withoutMarkdown(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '\\': '&bsol;',
    '|': '&vert;',
    '<': '&lt;',
    '>': '&gt;',
  };
  return text.replace(
    /[\\|<>]|[`*[\]~#$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g,
    (character) => entities[character] ?? `\\${character}`,
  );
}

/** The first characters of a value may stand first on a line: there they would make a list, a rule, a heading or a quick action. */
function atStart(text: string): string {
  return text
    .replace(/^[-+=:]/, '\\$&')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
    .replace(/^\//, `\\/${WORD_JOINER}`);
}

function percentEncoded(character: string): string {
  return `%${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
}
