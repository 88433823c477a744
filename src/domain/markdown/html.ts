/** What HTML and Markdown share: tags, and characters by name. */

/** An inline tag as CommonMark 6.6 reads it; groups: name of an end tag, name and attributes of a start tag. */
const TAG =
  /<(?:\/([a-z][a-z0-9-]*)\s*>|([a-z][a-z0-9-]*)((?:\s+[a-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*)\s*\/?>)/iy;

/** Elements that hold nothing, so they need no end tag. */
const VOID = /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/;

/** One tag of a text. */
export interface Tag {
  /** Lower case. */
  readonly name: string;
  readonly closes: boolean;
  /** Needs an end tag, and is none. */
  readonly opens: boolean;
  /** ` href="https://example.com"`, as it was written. */
  readonly attributes: string;
  /** Offset behind the tag. */
  readonly end: number;
}

/** The tag that begins at an offset, `null` when none does. */
export function tagAt(text: string, at: number): Tag | null {
  TAG.lastIndex = at;
  const [whole, ended, begun, attributes = ''] = TAG.exec(text) ?? [];
  const name = (ended ?? begun)?.toLowerCase();
  if (whole === undefined || name === undefined) return null;
  const closes = ended !== undefined;
  return { name, closes, opens: !closes && !VOID.test(name), attributes, end: at + whole.length };
}

/** The value of an attribute, `null` when the tag has none of that name. */
export function attributeOf({ attributes }: Tag, name: string): string | null {
  for (const [, key = '', double, single, bare] of attributes.matchAll(
    /([^\s=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+)))?/g,
  ))
    if (key.toLowerCase() === name) return decodeEntities(double ?? single ?? bare ?? '');
  return null;
}

/**
 * Behind the comment, instruction, declaration or CDATA that begins at an offset; -1 when none does, or it never ends.
 *
 * @param endless what was looked for in vain before, so that a text is searched to its end once for each kind
 */
export function unseenEnd(text: string, at: number, endless: Set<string>): number {
  if (text.startsWith('<!-->', at) || text.startsWith('<!--->', at)) return text.indexOf('>', at) + 1;
  const [begin = '', close = ''] = UNSEEN.find(([begin]) => text.startsWith(begin, at)) ?? [];
  if (begin === '' || (begin === '<!' && !/[a-z]/i.test(text.charAt(at + 2))) || endless.has(close))
    return -1;
  const stop = text.indexOf(close, at + begin.length);
  if (stop !== -1) return stop + close.length;
  endless.add(close);
  return -1;
}

const UNSEEN: readonly (readonly [string, string])[] = [
  ['<!--', '-->'],
  ['<?', '?>'],
  ['<![CDATA[', ']]>'],
  ['<!', '>'],
];

/** Characters by name and number, `&amp;` and `&#38;`: those that editors and keyboards make, not all 2,231 of HTML. */
export function decodeEntities(text: string): string {
  return text.includes('&')
    ? text.replace(
        /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));/g,
        (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) =>
          name === undefined
            ? character(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal))
            : (NAMED.get(name) ?? whole),
      )
    : text;
}

function character(code: number): string {
  const isNone = code === 0 || code > 0x10_ff_ff || (code >= 0xd8_00 && code <= 0xdf_ff);
  return isNone ? '\uFFFD' : String.fromCodePoint(code);
}

/** From U+00A0 on, in order. */
const LATIN_1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';

const NAMED: ReadonlyMap<string, string> = new Map([
  ...LATIN_1.split(' ').map((name, index): [string, string] => [name, String.fromCodePoint(0xa0 + index)]),
  ...Object.entries({
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    bsol: '\\',
    vert: '|',
    verbar: '|',
    num: '#',
    ast: '*',
    lowbar: '_',
    grave: '`',
    lsqb: '[',
    rsqb: ']',
    commat: '@',
    sol: '/',
    colon: ':',
    excl: '!',
    dollar: '$',
    percnt: '%',
    ndash: '–',
    mdash: '—',
    hellip: '…',
    lsquo: '‘',
    rsquo: '’',
    sbquo: '‚',
    ldquo: '“',
    rdquo: '”',
    bdquo: '„',
    euro: '€',
    trade: '™',
    bull: '•',
    zwj: '\u200D',
    zwnj: '\u200C',
  }),
]);
