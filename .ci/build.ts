/**
 * Compiles Procession into `dist/`: what the npm package and the image contain. Node strips no types below
 * `node_modules`, so a package needs JavaScript.
 *
 * Everything that a command loads is bundled, libraries too: an installation holds what was tested, resolves nothing,
 * and starts faster. Names and lines stay readable; the source maps hold the sources. The licences of the bundled
 * libraries go into `dist/LICENSES.txt`, as they demand.
 *
 * Run by `npm run build`, and by npm itself before it packs.
 */
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, stderr } from 'node:process';
import { rolldown } from 'rolldown';

const ROOT = join(import.meta.dirname, '..');

/** Compiles into a folder, which is emptied first. @returns names of the bundled libraries */
export async function build(folder: string): Promise<readonly string[]> {
  rmSync(folder, { recursive: true, force: true });
  const bundle = await rolldown({
    cwd: ROOT,
    input: { main: 'src/main.ts', 'compile-all': 'src/compile-all.ts' },
    platform: 'node',
    // Native bindings that pg can do without, and looks for only when asked.
    external: ['pg-native'],
  });
  const { output } = await bundle.write({
    dir: folder,
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
  });
  await bundle.close();
  for (const map of globSync('*.map', { cwd: folder })) leaveOutLibraries(join(folder, map));
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  const packages = [...new Set(modules.flatMap((module) => packageOf(module) ?? []))].toSorted();
  writeFileSync(join(folder, 'LICENSES.txt'), packages.map(licence).join('\n'));
  return packages;
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
