/**
 * The direction of imports: arrows point down the table below, and nothing goes in a circle. Types count: a type that
 * has to be fetched from above tells that it lives in the wrong room. Linters do not see either of these.
 *
 * Run by `npm run check`: `node .ci/direction.ts`, exit 1 with one line per violation.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { argv, exit, stdout } from 'node:process';
import { parseSync, Visitor } from 'oxc-parser';

/**
 * The rooms, lowest first. A file imports from its own room and from rows below its own; rooms of one row do not know
 * each other. A room is a folder with all that is in it, or a single file; the longest name that fits counts.
 */
export const ROWS: readonly (readonly string[])[] = [
  ['src/package-folder.ts'],
  ['src/domain/base'],
  ['src/yaml'],
  ['src/domain/markdown'],
  ['src/domain/text'],
  ['src/domain/recurring', 'src/domain/proposals'],
  ['src/domain/sow'],
  ['src/domain/process'],
  ['src/domain/versions'],
  ['src/domain/template', 'src/domain/engagement'],
  ['src/domain/hours'],
  ['src/domain/rulings'],
  ['src/domain/changes'],
  ['src/domain/record'],
  ['src/domain/assess'],
  ['src/domain/dates'],
  ['src/domain/texts'],
  ['src/domain/reminders', 'src/domain/drift'],
  ['src/domain/explain'],
  ['src/domain/comments', 'src/domain/portfolio', 'src/domain/setup'],
  ['src/domain/plan', 'src/domain/doctor'],
  ['src/domain/policy', 'src/domain/migration'],
  ['src/domain/case'],
  ['src/ports'],
  [
    'src/git',
    'src/gitlab/http',
    'src/inbox',
    'src/seal',
    'src/reconciler/loop',
    'src/reconciler/hooks',
    'src/render',
  ],
  ['src/config', 'src/templates', 'src/gitlab/engagement', 'src/reconciler/work', 'src/reconciler/portfolio'],
  ['src/gitlab/setup', 'src/gitlab/conformance', 'src/service'],
  ['src/wire'],
  ['sandbox'],
  ['src/demo'],
  ['src/cli/terminal'],
  ['src/cli/targets', 'src/cli/init'],
  ['src/cli/commands'],
  ['src/cli'],
  ['src/main.ts', 'src/compile-all.ts'],
];

/** Rooms that import from nowhere else, whatever stands below them. */
export const ISLANDS: readonly string[] = ['sandbox'];

/** One import of one file by another; paths from the root, `/` between folders. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/**
 * Arrows between the TypeScript files of `src/` and `sandbox/`, `import type`, `import()` and re-exports among them.
 *
 * @param root folder with `package.json`, whose `imports` say what `#domain/…` means
 */
export function readArrows(root: string): Arrow[] {
  const aliases = aliasesOf(root);
  const files = globSync(['src/**/*.ts', 'sandbox/**/*.ts'], { cwd: root }).map((file) =>
    file.split(sep).join('/'),
  );
  return files.flatMap((from) =>
    importsOf(join(root, from)).flatMap((specifier): Arrow[] => {
      const to = resolve(specifier, from, aliases);
      return to === null ? [] : [{ from, to }];
    }),
  );
}

/** Arrows that do not point down the table, as sentences. Empty: all do. */
export function upward(arrows: readonly Arrow[]): string[] {
  return arrows.flatMap(({ from, to }) => {
    const [here, there] = [roomOf(from), roomOf(to)];
    if (here === null) return [`${from} stands in no room of .ci/direction.ts`];
    if (there === null || here.room === there.room) return there === null ? [`${to} stands in no room`] : [];
    if (ISLANDS.includes(here.room)) return [`${from} imports ${to}: ${here.room} knows nothing else`];
    return there.row < here.row
      ? []
      : [`${from} imports ${to}: ${there.room} does not stand below ${here.room}`];
  });
}

/** Files that import each other in a circle, one list per circle. @example `[['src/a.ts', 'src/b.ts']]` */
export function circles(arrows: readonly Arrow[]): string[][] {
  const next = Map.groupBy(arrows, ({ from }) => from);
  const reach = (start: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    const open = [start];
    for (let file = open.pop(); file !== undefined; file = open.pop())
      for (const { to } of next.get(file) ?? [])
        if (!seen.has(to)) {
          seen.add(to);
          open.push(to);
        }
    return seen;
  };
  const reached = new Map([...next.keys()].map((file) => [file, reach(file)]));
  const told = new Set<string>();
  return [...next.keys()].flatMap((file) => {
    if (told.has(file) || reached.get(file)?.has(file) !== true) return [];
    const circle = [...(reached.get(file) ?? [])].filter((other) => reached.get(other)?.has(file) === true);
    for (const member of circle) told.add(member);
    return [circle.toSorted()];
  });
}

function roomOf(file: string): { readonly room: string; readonly row: number } | null {
  const fitting = ROWS.flatMap((rooms, row) =>
    rooms.filter((room) => file === room || file.startsWith(`${room}/`)).map((room) => ({ room, row })),
  );
  return fitting.toSorted((a, b) => b.room.length - a.room.length)[0] ?? null;
}

function importsOf(file: string): string[] {
  const { program } = parseSync(file, readFileSync(file, 'utf8'));
  const found: string[] = [];
  const take = ({ source }: { readonly source: unknown }): void => {
    if (typeof source === 'object' && source !== null && 'value' in source) found.push(String(source.value));
  };
  new Visitor({
    ImportDeclaration: take,
    ExportNamedDeclaration: take,
    ExportAllDeclaration: take,
    ImportExpression: take,
    TSImportType: take,
  }).visit(program);
  return found;
}

function aliasesOf(root: string): ReadonlyMap<string, string> {
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly imports: Readonly<Record<string, string>>;
  };
  return new Map(
    Object.entries(imports).map(([name, folder]) => [name.replace('*', ''), folder.replace('*', '')]),
  );
}

function resolve(specifier: string, from: string, aliases: ReadonlyMap<string, string>): string | null {
  if (specifier.startsWith('.')) return posix.normalize(posix.join(dirname(from), specifier));
  const known = [...aliases]
    .filter(([name]) => specifier.startsWith(name))
    .toSorted(([a], [b]) => b.length - a.length)[0];
  return known === undefined ? null : posix.normalize(`${known[1]}${specifier.slice(known[0].length)}`);
}

if (import.meta.main) {
  const root = relative('.', join(import.meta.dirname, '..')) || '.';
  const arrows = readArrows(argv[2] ?? root);
  const problems = [
    ...upward(arrows),
    ...circles(arrows).map((circle) => `in a circle: ${circle.join(', ')}`),
    ...(arrows.length === 0 ? ['no imports found: nothing was checked'] : []),
  ];
  for (const problem of problems) stdout.write(`${problem}\n`);
  exit(problems.length === 0 ? 0 : 1);
}
