/** The package as npm installs it, for benchmarks of what people run. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Packs the package and unpacks it, as npm does: it needs no other one. @returns its folder */
export function install(folder: string): string {
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  execFileSync('tar', ['--extract', '--gzip', '--file', join(folder, packed.trim()), '--directory', modules]);
  return join(modules, 'package');
}
