import { cpus, totalmem } from 'node:os';

/** The machine and the Node that figures were taken on, in a line. */
export function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${model}), ${memory} GB, Node ${process.versions.node}`;
}
