/** `.gitlab-ci.yml`, as far as it says what the CI/CD component is given. */
import { resolve } from 'node:path';
import type { ComponentInputs, PipelineFile } from '#domain/setup/scheduled-jobs.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';
import { readTextSync } from './read-text-sync.ts';

/** What GitLab reads first. */
const PIPELINE_FILE = '.gitlab-ci.yml';

/**
 * Reads what the pipelines of a folder give the component; `null` where they do not include it, or in a way that only
 * GitLab can read.
 */
export function readPipelineFile(folder: string): PipelineFile | null {
  const content = readTextSync(resolve(folder, PIPELINE_FILE));
  if (content.kind === 'error') return null;
  const parsed = parseYaml(content.text, PIPELINE_FILE);
  if (parsed.kind === 'error') return null;
  const included = fieldOf(parsed.value, 'include');
  const entries: readonly unknown[] = Array.isArray(included) ? included : [included];
  const ours = entries.find(isOurs);
  if (ours === undefined) return null;
  const autoCancel = fieldOf(fieldOf(parsed.value, 'workflow'), 'auto_cancel');
  return {
    inputs: (fieldOf(ours, 'inputs') ?? {}) as ComponentInputs,
    keepsWaiting: fieldOf(autoCancel, 'on_new_commit') === 'none',
  };
}

/** `component: …/procession@1.0.0`, or the component's file: `file: templates/procession.yml`, `remote: …`. */
function isOurs(entry: unknown): boolean {
  return ['component', 'file', 'remote', 'local'].some((name) => {
    const value = fieldOf(entry, name);
    return typeof value === 'string' && /\/procession(?:@.+|\.yml)$/.test(value);
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
