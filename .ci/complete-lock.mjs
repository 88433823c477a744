// Completes package-lock.json after `npm install` against a registry mirror that does not carry every
// platform's optional binary package. npm leaves those packages out of the lock file, and `npm ci` then
// refuses it everywhere ("Missing: … from lock file"). Run after every change of dependencies:
//   node .ci/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const os = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  openharmony: 'openharmony',
  win32: 'win32',
};
const cpu = {
  arm64: 'arm64',
  x64: 'x64',
  ia32: 'ia32',
  arm: 'arm',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  wasm32: 'wasm32',
};
let added = 0;

for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (path === '' || key in lock.packages || `${path}/${key}` in lock.packages) continue;
    const words = name.split('/').at(-1).split('-');
    const musl = words.some((word) => word.startsWith('musl'));
    lock.packages[key] = {
      version,
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      os: words.filter((word) => word in os),
      cpu: words.filter((word) => word in cpu),
      ...(words.includes('linux') ? { libc: [musl ? 'musl' : 'glibc'] } : {}),
    };
    added += 1;
  }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} platform packages added to package-lock.json`);
