import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import type { z } from 'zod';
import { checkShape } from '#domain/base/check-shape.ts';
import { didYouMean } from '#domain/base/closest.ts';
import { type FieldPath, type InputProblem, located, problem } from '#domain/base/input-problem.ts';
import { ProcessFile, type Step, StepFrontMatter } from '#domain/process/process.ts';
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

/** Reads the folder of a process. Nothing is thrown for what is wrong in it. */
export async function readProcessDraft(folder: string): Promise<ProcessDraft> {
  const reader = new DraftReader(folder.replace(/\/+$/, ''));
  await reader.read();
  return reader;
}

class DraftReader implements ProcessDraft {
  readonly folder: string;
  readonly problems: InputProblem[] = [];
  readonly steps = new Map<string, Step>();
  readonly templates = new Map<string, StepTemplate>();
  readonly partials: Record<string, string> = {};
  processFile: ProcessFile | null = null;
  epicBody = '';
  private readonly lines = new Map<string, LineOf>();

  constructor(folder: string) {
    this.folder = folder;
  }

  lineOf(file: string, path: FieldPath): number | null {
    return this.lines.get(file)?.(path) ?? null;
  }

  async read(): Promise<void> {
    const names = await this.names();
    if (names === null) return;
    const templates = names.filter((name) => name.endsWith('.md') && name.toLowerCase() !== 'readme.md');
    const texts = new Map(
      await Promise.all(templates.map(async (name) => [name, await this.text(name)] as const)),
    );
    this.readProcessFile(names.includes('process.yml') ? await this.text('process.yml') : undefined);
    if (!texts.has('epic.md'))
      this.report(
        'epic.md',
        null,
        [],
        'there is no such file',
        'Write it: it is the part of the epic below the managed block.',
      );
    for (const [name, text] of texts) {
      if (text === null) continue;
      if (name === 'epic.md') this.epicBody = text;
      else if (name.startsWith('_')) this.partials[name.slice(1, -'.md'.length)] = text;
      else this.readStep(name, text);
    }
    this.checkListing(templates);
  }

  private async names(): Promise<readonly string[] | null> {
    try {
      return (await readdir(this.folder)).toSorted();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      const message =
        code === 'ENOENT'
          ? 'there is no such folder'
          : code === 'ENOTDIR'
            ? 'expected a folder, got a file'
            : `the folder cannot be read (${code})`;
      this.problems.push(problem({ file: this.folder }, message, 'Name the folder of a process.'));
      return null;
    }
  }

  private async text(name: string): Promise<string | null> {
    const result = await readText(this.file(name));
    if (result.kind === 'ok') return result.text.replaceAll(/\r\n?/g, '\n');
    this.problems.push(result.problem);
    return null;
  }

  private readProcessFile(text: string | null | undefined): void {
    if (text === undefined)
      this.report('process.yml', null, [], 'there is no such file', 'Write it; docs/templates.md says how.');
    if (text === undefined || text === null) return;
    this.processFile = this.parse('process.yml', text, ProcessFile);
    const { id } = this.processFile ?? {};
    const name = basename(this.folder);
    if (id !== undefined && id !== name)
      this.report(
        'process.yml',
        this.lineOf(this.file('process.yml'), ['id']),
        ['id'],
        `expected the name of the folder, ${name}, got ${id}`,
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
    if (body.trim() === '')
      this.report(
        name,
        linesBefore,
        [],
        'expected a template below the front matter, got nothing',
        'Write what is to be done.',
      );
    const frontMatter = this.parse(name, parts.frontMatter, StepFrontMatter);
    if (frontMatter) this.steps.set(id, { ...frontMatter, id, body, file });
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

  private parse<T>(name: string, text: string, schema: z.ZodType<T>): T | null {
    const file = this.file(name);
    const parsed = parseYaml(text, file);
    if (parsed.kind === 'error') {
      this.problems.push(...parsed.problems);
      return null;
    }
    this.lines.set(file, parsed.lineOf);
    const shape = checkShape(schema, parsed.value);
    if (shape.kind === 'ok') return shape.value;
    this.problems.push(...shape.problems.map((found) => located(found, file, parsed.lineOf)));
    return null;
  }

  private report(name: string, line: number | null, at: FieldPath, message: string, fix: string): void {
    this.problems.push(problem({ file: this.file(name), line, at }, message, fix));
  }

  private file(name: string): string {
    return `${this.folder}/${name}`;
  }
}
