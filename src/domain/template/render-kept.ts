/**
 * The kept sections of a template as the facts are. Every run asks for them, of every open issue, to see whether what
 * stands there still holds; so they are rendered when a fact that they show has changed, and else remembered.
 */
import { type TextMemory, textMemory } from '#domain/markdown/remembering.ts';
import type { KeptText } from '#domain/text/kept-sections.ts';
import { keptName } from './kept.ts';
import {
  keptText,
  type Rendering,
  type RenderOptions,
  refuseFatal,
  type Token,
  tokensOf,
  valueAt,
} from './render.ts';
import { templateSource } from './tags.ts';
import type { View } from './view.ts';

/**
 * Renders the kept sections of a template, and nothing else: what stands in them now.
 *
 * @throws {TemplateError} as `renderTemplate`
 */
export function renderKept(template: string, view: View, options: RenderOptions): readonly KeptText[] {
  const { sections, names, rendered } = keptIn(template, view, options);
  if (sections.length === 0) return [];
  const base = { view, partials: options.partials, scopes: [], mode: 'inline' } as const;
  return rendered.of(shownFacts(names, view), () =>
    sections.map(({ name, children, template: around }) =>
      keptText(name, children, { ...base, template: around }),
    ),
  );
}

/** A kept section of a template or of a partial in it. */
interface KeptSection extends Pick<Rendering, 'template'> {
  readonly name: string;
  readonly children: readonly Token[];
}

/** Kept sections of one template, which is sound for such views, with what they have said lately. */
interface KeptSections extends Pick<View, 'forStep' | 'about'> {
  readonly sections: readonly KeptSection[];
  /** Every name that they may look up in the view. */
  readonly names: ReadonlySet<string>;
  readonly rendered: TextMemory<readonly KeptText[]>;
}

/** Facts and texts of about a hundred engagements, of one template: with a dozen templates a few megabytes. */
const OF_ONE_TEMPLATE = { texts: 128, characters: 200_000 };

const KNOWN = new WeakMap<RenderOptions['partials'], Map<string, KeptSections>>();

function keptIn(template: string, view: View, options: RenderOptions): KeptSections {
  const ofProcess = KNOWN.get(options.partials) ?? new Map<string, KeptSections>();
  KNOWN.set(options.partials, ofProcess);
  const known = ofProcess.get(template);
  if (known?.forStep === view.forStep && known.about === view.about) return known;
  const read = readKept(templateSource(template), view, options);
  ofProcess.set(template, read);
  return read;
}

function readKept(source: string, { forStep, about }: View, { partials, file }: RenderOptions): KeptSections {
  refuseFatal(source, { partials, file, kind: forStep ? 'step' : 'epic', about });
  const sections = sectionsIn(source, partials);
  const names = new Set(sections.flatMap(({ children }) => namesIn(children, partials)));
  return { forStep, about, sections, names, rendered: textMemory(OF_ONE_TEMPLATE) };
}

function sectionsIn(source: string, partials: RenderOptions['partials']): readonly KeptSection[] {
  return tokensOf(source).flatMap(([symbol, name, , , children]) => {
    const kept = symbol === '#' ? keptName(name) : null;
    if (kept !== null && Array.isArray(children))
      return [{ name: kept, children: children as Token[], template: source }];
    return symbol === '>' ? sectionsIn(templateSource(partials[name] ?? ''), partials) : [];
  });
}

/**
 * Every name in the text, whichever sections are open: what is looked up in the fields of a section stands in the value of
 * that section, too. The table of evidence is in no kept section.
 */
function namesIn(tokens: readonly Token[], partials: RenderOptions['partials']): readonly string[] {
  return tokens.flatMap(([symbol, name, , , children]) => {
    if (symbol === 'text') return [];
    if (symbol === '>') return namesIn(tokensOf(templateSource(partials[name] ?? '')), partials);
    return [name, ...(Array.isArray(children) ? namesIn(children as Token[], partials) : [])];
  });
}

/** What a text is made of besides its template: the same facts make the same text. */
function shownFacts(names: ReadonlySet<string>, { values }: View): string {
  return JSON.stringify(Array.from(names, (name) => valueAt(values, name)));
}
