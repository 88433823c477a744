/**
 * Compiles Procession into `dist/`: what the npm package and the image contain. Node strips no types below
 * `node_modules`, so a package needs JavaScript.
 *
 * Everything that a command loads is bundled, libraries too: an installation holds what was tested, resolves nothing,
 * and starts faster. What commands have in common is one file each: Node takes a millisecond for every file that it
 * finds, opens and links. Names and lines stay readable; the source maps hold the sources. The licences of the bundled
 * libraries go into `dist/LICENSES.txt`, as they demand.
 *
 * Run by `npm run build`, and by npm itself before it packs.
 */
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, stderr } from 'node:process';
import { type ChunkingContext, rolldown } from 'rolldown';

const ROOT = join(import.meta.dirname, '..');

/**
 * Files of `dist/` that hold what several commands load: the modules below, and all that these import, each module in
 * the first file that has it. Everything else is split by who needs it.
 */
const TOGETHER: readonly { readonly name: string; readonly from: readonly string[] }[] = [
  { name: 'start', from: ['src/cli/start-cli.ts'] },
  {
    name: 'engine',
    from: [
      'src/wire/wire.ts',
      'src/wire/logger.ts',
      'src/templates/process-store.ts',
      'src/templates/load-sow.ts',
      'src/cli/commands/plan.ts',
    ],
  },
  { name: 'gitlab', from: ['src/gitlab/engagement/create-gitlab.ts', 'src/seal/ed25519.ts'] },
];

/** Compiles into a folder, which is emptied first. @returns names of the bundled libraries */
export async function build(folder: string): Promise<readonly string[]> {
  rmSync(folder, { recursive: true, force: true });
  const bundle = await rolldown({
    cwd: ROOT,
    input: { main: 'src/main.ts', 'compile-all': 'src/compile-all.ts' },
    platform: 'node',
    // Native bindings that pg can do without, and looks for only when asked.
    external: ['pg-native'],
    // Commands load what they need in development too, where nothing stands together.
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await bundle.write({
    dir: folder,
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    codeSplitting: {
      groups: TOGETHER.map(({ name, from }, index) => {
        const members = once((context: ChunkingContext) => withImports(from, context));
        return {
          name: (id, context) => (members(context).has(id) ? name : null),
          debugName: name,
          priority: TOGETHER.length - index,
        };
      }),
    },
  });
  await bundle.close();
  for (const map of globSync('*.map', { cwd: folder })) leaveOutLibraries(join(folder, map));
  for (const { fileName } of output.filter(({ type }) => type === 'chunk')) {
    const file = join(folder, fileName);
    writeFileSync(file, takeFromNode(readFileSync(file, 'utf8')));
  }
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  const packages = [...new Set(modules.flatMap((module) => packageOf(module) ?? []))].toSorted();
  writeFileSync(join(folder, 'LICENSES.txt'), packages.map(licence).join('\n'));
  return packages;
}

/** Modules, and those that must be there before they run; not what is loaded when it is needed. */
function withImports(files: readonly string[], context: ChunkingContext): ReadonlySet<string> {
  const roots = files.map((file) => join(ROOT, file));
  const missing = roots.find((root) => context.getModuleInfo(root) === null);
  if (missing !== undefined) throw new Error(`${missing} is no part of Procession: see TOGETHER`);
  const found = new Set<string>();
  const open = [...roots];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    if (!found.has(id)) {
      found.add(id);
      open.push(...(context.getModuleInfo(id)?.importedIds ?? []));
    }
  return found;
}

const NODE_IMPORT = /^import (?:(\w[\w$]*)|\{ ([^}]*) \}) from ("node:[\w/]+");$/;

/**
 * Takes modules of Node without `import`, which reads every name that a module exports: some of these load a part of
 * Node when they are read, and `node:crypto`, `node:util` and `node:fs` alone half of it. The lines stay where they are,
 * so source maps hold.
 *
 * @example `import { join as j } from "node:path";` → `const { join: j } = process.getBuiltinModule("node:path");`
 */
export function takeFromNode(code: string): string {
  return code
    .split('\n')
    .map((line) => {
      const [, whole, names, from] = NODE_IMPORT.exec(line) ?? [];
      if (from === undefined) return line;
      return `const ${whole ?? `{ ${names?.replaceAll(' as ', ': ')} }`} = process.getBuiltinModule(${from});`;
    })
    .join('\n');
}

function once<In, Out>(make: (given: In) => Out): (given: In) => Out {
  let made: { readonly value: Out } | null = null;
  return (given) => (made ??= { value: make(given) }).value;
}

/** The sources of libraries are at home elsewhere, and would be half of the package. */
function leaveOutLibraries(file: string): void {
  const map = JSON.parse(readFileSync(file, 'utf8')) as SourceMap;
  const sourcesContent = map.sources.map((source, index) =>
    source.includes('node_modules/') ? null : map.sourcesContent[index],
  );
  writeFileSync(file, JSON.stringify({ ...map, sourcesContent }));
}

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly (string | null)[];
}

/** `…/node_modules/@hono/node-server/dist/index.mjs` → `…/node_modules/@hono/node-server` */
function packageOf(module: string): string | null {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module)?.[0] ?? null;
}

/** Name, version and licence of a library, with the text that its authors want to be kept. */
function licence(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    'name' | 'version' | 'license',
    string
  >;
  const [file] = globSync('{LICENSE,LICENCE,license,licence}*', { cwd: folder }).toSorted();
  const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n\n${'-'.repeat(80)}\n`;
}

if (import.meta.main) {
  const folder = argv[2] ?? join(ROOT, 'dist');
  const packages = await build(folder);
  if (!existsSync(join(folder, 'main.js'))) throw new Error(`nothing was compiled into ${folder}`);
  // `npm pack` prints the name of the tarball on stdout, for scripts.
  stderr.write(`${folder}: ${packages.length} libraries inside\n`);
}
