import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { checkShape } from '#domain/base/check-shape.ts';
import { closest, didYouMean } from '#domain/base/closest.ts';
import { systemCode } from '#domain/base/errors.ts';
import { type FieldPath, type InputProblem, located, problem } from '#domain/base/input-problem.ts';
import { SUBJECTS, type SubjectKind } from '#domain/base/keys.ts';
import { UNCOMPILED } from '#domain/base/uncompiled.ts';
import {
  type InAllProfiles,
  launchStagesOf,
  type ProcessDefinition,
  ProcessFile,
  type Step,
  StepFrontMatter,
} from '#domain/process/process.ts';
import type { DecodedText } from '#yaml/decode-text.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';
import { readText } from './read-text.ts';
import { splitFrontMatter } from './split-front-matter.ts';

/** The part of a step's file below the front matter. */
export interface StepTemplate {
  readonly file: string;
  readonly body: string;
  /** How many lines of the file stand before the body. */
  readonly linesBefore: number;
}

/** The files of a process as far as they can be read, and what is wrong with each by itself. */
export interface ProcessDraft {
  readonly folder: string;
  /** `null` when it is missing or wrong. */
  readonly processFile: ProcessFile | null;
  /** What the process is about, also where the rest of its file is wrong; `null`: unknown. */
  readonly about: SubjectKind | null;
  /** Every step whose front matter is well-formed, listed or not, by id. */
  readonly steps: ReadonlyMap<string, Step>;
  /** The templates of all steps, with well-formed front matter or not, by id. */
  readonly templates: ReadonlyMap<string, StepTemplate>;
  readonly epicBody: string;
  readonly partials: Readonly<Record<string, string>>;
  readonly problems: readonly InputProblem[];
  /** Line of a field in `process.yml` or a front matter. */
  lineOf(file: string, path: FieldPath): number | null;
}

type LineOf = (path: FieldPath) => number;

/** The files of a process as texts, not looked into yet. */
export interface ProcessTexts {
  readonly folder: string;
  /** By name; `process.yml` and templates. Line breaks are `\n`. */
  readonly files: ReadonlyMap<string, DecodedText>;
  /** Why the folder cannot be read. */
  readonly problems: readonly InputProblem[];
}

/** Reads the folder of a process. Nothing is thrown for what is wrong in it. */
export async function readProcessDraft(folder: string): Promise<ProcessDraft> {
  return draftOf(await readProcessTexts(folder));
}

/** Reads the files of a process, without looking into them. Nothing is thrown for what cannot be read. */
export async function readProcessTexts(path: string): Promise<ProcessTexts> {
  const folder = path.replace(/\/+$/, '');
  const names = await readdir(folder).catch((error: unknown) => noFolder(folder, error));
  if ('message' in names) return { folder, files: new Map(), problems: [names] };
  const wanted = names.filter((name) => name === 'process.yml' || isTemplate(name)).toSorted();
  const files = new Map(wanted.map((name) => [name, readLines(`${folder}/${name}`)] as const));
  return { folder, files, problems: [] };
}

/** Looks into the files of a process. @param name the id that is expected: the name of the folder, unless it is a frozen version */
export function draftOf(texts: ProcessTexts, name = basename(texts.folder)): ProcessDraft {
  const reader = new DraftReader(texts, name);
  reader.read();
  return reader;
}

/** A process in all its profiles, as far as its files could be read; the rules are not checked. */
export function definitionsOf(draft: ProcessDraft, processFile: ProcessFile): InAllProfiles {
  const profiles = Object.keys(processFile.profiles);
  return [
    definition(draft, processFile, null),
    ...profiles.map((profile) => definition(draft, processFile, profile)),
  ];
}

function definition(
  draft: ProcessDraft,
  processFile: ProcessFile,
  profile: string | null,
): ProcessDefinition {
  const after = profile === null ? {} : (processFile.profiles[profile]?.after ?? {});
  return {
    id: processFile.id,
    version: processFile.version,
    name: processFile.name,
    summary: processFile.summary,
    about: processFile.about,
    launchStages: launchStagesOf(processFile),
    titles: processFile.titles,
    steps: processFile.steps.flatMap((id) => {
      const step = draft.steps.get(id);
      return step ? [{ ...step, after: after[id] ?? step.after }] : [];
    }),
    closeWhen: processFile.close_when,
    handsOver: processFile.hands_over,
    stages: processFile.stages,
    epicBody: draft.epicBody,
    partials: draft.partials,
    profile,
  };
}

/** A problem of a process at its line. */
export function inDraft(found: InputProblem, draft: ProcessDraft): InputProblem {
  const file = found.file ?? `${draft.folder}/process.yml`;
  return located(found, file, (at) => draft.lineOf(file, at));
}

function isTemplate(name: string): boolean {
  return name.endsWith('.md') && name.toLowerCase() !== 'readme.md';
}

function readLines(file: string): DecodedText {
  const result = readText(file);
  return result.kind === 'ok' ? { ...result, text: result.text.replaceAll(/\r\n?/g, '\n') } : result;
}

function noFolder(folder: string, error: unknown): InputProblem {
  const code = systemCode(error) ?? 'unknown';
  const message =
    code === 'ENOENT'
      ? 'there is no such folder'
      : code === 'ENOTDIR'
        ? 'expected a folder, got a file'
        : `the folder cannot be read (${code})`;
  return problem({ file: folder }, message, 'Name the folder of a process.');
}

const Written = z.object({
  about: z.enum(SUBJECTS).default('sow'),
  same_as: z.unknown().optional(),
  done_by: z.unknown().optional(),
});

/** What a `process.yml` says that the process is about, whatever else is wrong with it; `null` also where it is said by a misspelt name. */
function aboutOf(written: unknown): SubjectKind | null {
  const names = typeof written === 'object' && written !== null ? Object.keys(written) : [];
  if (!names.includes('about') && names.some((name) => closest(name, ['about']).length > 0)) return null;
  const read = Written.pick({ about: true }).safeParse(written, UNCOMPILED);
  return read.success ? read.data.about : null;
}

/** Whether the issue of a step is in another engagement, so that the step has no text of its own. */
function hasIssueElsewhere(written: unknown): boolean {
  const read = Written.pick({ same_as: true, done_by: true }).safeParse(written, UNCOMPILED);
  return read.success && (read.data.same_as !== undefined || read.data.done_by !== undefined);
}

class DraftReader implements ProcessDraft {
  readonly folder: string;
  readonly problems: InputProblem[] = [];
  readonly steps = new Map<string, Step>();
  readonly templates = new Map<string, StepTemplate>();
  readonly partials: Record<string, string> = {};
  processFile: ProcessFile | null = null;
  about: SubjectKind | null = null;
  epicBody = '';
  private readonly lines = new Map<string, LineOf>();

  private readonly texts: ProcessTexts;
  private readonly name: string;

  constructor(texts: ProcessTexts, name: string) {
    this.folder = texts.folder;
    this.problems.push(...texts.problems);
    this.texts = texts;
    this.name = name;
  }

  lineOf(file: string, path: FieldPath): number | null {
    return this.lines.get(file)?.(path) ?? null;
  }

  read(): void {
    const { files, problems } = this.texts;
    if (problems.length > 0) return;
    this.readProcessFile();
    if (!files.has('epic.md'))
      this.report(
        'epic.md',
        null,
        [],
        'there is no such file',
        'Write it: it is the part of the epic below the managed block.',
      );
    const templates = [...files.keys()].filter(isTemplate);
    for (const name of templates) {
      const text = this.text(name);
      if (text === null) continue;
      if (name === 'epic.md') this.epicBody = text;
      else if (name.startsWith('_')) this.partials[name.slice(1, -'.md'.length)] = text;
      else this.readStep(name, text);
    }
    this.checkListing(templates);
  }

  /** `null` when there is no such file, or it is none of text, which is told. */
  private text(name: string): string | null {
    const found = this.texts.files.get(name);
    if (found?.kind === 'error') this.problems.push(found.problem);
    return found?.kind === 'ok' ? found.text : null;
  }

  private readProcessFile(): void {
    if (!this.texts.files.has('process.yml'))
      this.report('process.yml', null, [], 'there is no such file', 'Write it; docs/templates.md says how.');
    const text = this.text('process.yml');
    if (text === null) return;
    const { value, written } = this.parse('process.yml', text, ProcessFile);
    this.processFile = value;
    this.about = aboutOf(written);
    const { id } = this.processFile ?? {};
    if (id !== undefined && id !== this.name)
      this.report(
        'process.yml',
        this.lineOf(this.file('process.yml'), ['id']),
        ['id'],
        `expected the name of the folder, ${this.name}, got ${id}`,
        'Rename one of them.',
      );
  }

  private readStep(name: string, text: string): void {
    const parts = splitFrontMatter(text);
    if (!parts) {
      this.report(
        name,
        1,
        [],
        'expected front matter between two lines "---" at the top',
        'Begin the file with it; docs/templates.md says how.',
      );
      return;
    }
    const id = name.slice(0, -'.md'.length);
    const { body, linesBefore } = parts;
    const file = this.file(name);
    this.templates.set(id, { file, body, linesBefore });
    const { value, written } = this.parse(name, parts.frontMatter, StepFrontMatter);
    if (body.trim() === '' && !hasIssueElsewhere(written))
      this.report(
        name,
        linesBefore,
        [],
        'expected a template below the front matter, got nothing',
        'Write what is to be done.',
      );
    if (value) this.steps.set(id, { ...value, id, body, file });
  }

  private checkListing(templates: readonly string[]): void {
    if (!this.processFile) return;
    const listed = this.processFile.steps;
    const ids = templates
      .filter((name) => name !== 'epic.md' && !name.startsWith('_'))
      .map((name) => name.slice(0, -'.md'.length));
    for (const [index, id] of listed.entries())
      if (!ids.includes(id))
        this.report(
          'process.yml',
          this.lineOf(this.file('process.yml'), ['steps', index]),
          ['steps', index],
          `there is no template ${id}.md`,
          didYouMean(id, ids, `Write ${id}.md, or take the step off the list.`),
        );
    for (const id of ids)
      if (!listed.includes(id))
        this.report(
          `${id}.md`,
          null,
          [],
          'the step is not in process.yml',
          `Add ${id} to "steps", or remove the file; partials begin with _.`,
        );
  }

  /** Reads a text as YAML of a shape. `value`: `null` where something is wrong with it; `written`: whatever stands there. */
  private parse<T>(name: string, text: string, schema: z.ZodType<T>): { value: T | null; written: unknown } {
    const file = this.file(name);
    const parsed = parseYaml(text, file);
    if (parsed.kind === 'error') {
      this.problems.push(...parsed.problems);
      return { value: null, written: undefined };
    }
    this.lines.set(file, parsed.lineOf);
    const shape = checkShape(schema, parsed.value);
    if (shape.kind === 'ok') return { value: shape.value, written: parsed.value };
    this.problems.push(...shape.problems.map((found) => located(found, file, parsed.lineOf)));
    return { value: null, written: parsed.value };
  }

  private report(name: string, line: number | null, at: FieldPath, message: string, fix: string): void {
    this.problems.push(problem({ file: this.file(name), line, at }, message, fix));
  }

  private file(name: string): string {
    return `${this.folder}/${name}`;
  }
}
