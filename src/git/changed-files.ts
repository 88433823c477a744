/** What changed in the working folder since a commit, asked of git itself. */
import { execFile } from 'node:child_process';
import { ConfigError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import type { ChangedFile } from '#ports/changed-files.ts';

/** What GitLab gives as "before" where there is none: the first push of a branch, a schedule. */
const NO_COMMIT = /^0{7,64}$/;
const COMMIT = /^[0-9A-Za-z][0-9A-Za-z._/@{}~^-]{0,250}$/;
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The files below `folder` that are not as they were at `since`; all of them when `since` is GitLab's commit of zeros.
 * Renames are a deletion and an addition. Reads only.
 *
 * @throws ConfigError when git is missing, this is no clone, or the clone is too shallow to know the commit
 */
export async function changedFiles(folder: string, since: string): Promise<readonly ChangedFile[]> {
  if (NO_COMMIT.test(since)) {
    const listed = await git(folder, ['ls-files', '-z']);
    if (listed.code !== 0) throw unusable(since, listed);
    return splitNul(listed.stdout).map((path) => ({ path, exists: true }));
  }
  // A range is none: `HEAD..HEAD` is equal to itself, whatever lies in the working folder.
  if (!COMMIT.test(since) || since.includes('..'))
    throw notKnown(since, 'it is no commit', 'Give a commit, a branch or a tag.');
  const commit = `${since}^{commit}`;
  const diff = await git(folder, [
    'diff',
    '--name-status',
    '--no-renames',
    '--relative',
    '-z',
    commit,
    '--',
    '.',
  ]);
  if (diff.code !== 0) throw await notTold(folder, since, diff);
  const fields = splitNul(diff.stdout);
  return fields.flatMap((status, index) => {
    const path = fields[index + 1];
    return index % 2 === 0 && path !== undefined ? [{ path, exists: status !== 'D' }] : [];
  });
}

/**
 * The commit that last changed a file, as its branch sees it: what a merge brought was changed by the merge. `null` when
 * the file was never committed, or nobody can tell.
 */
export async function lastChange(folder: string, file: string): Promise<string | null> {
  const { code, stdout } = await git(folder, ['log', '-1', '--first-parent', '--format=%H', '--', file]);
  return code === 0 && stdout.trim() !== '' ? stdout.trim() : null;
}

/**
 * The commit that brought a file to where it stands, and when; `null` when it stands in no commit, was changed since, or
 * nobody can tell. @returns `at`: ISO 8601
 */
export async function commitOf(
  folder: string,
  file: string,
): Promise<{ readonly commit: string; readonly at: string } | null> {
  const [log, diff] = await Promise.all([
    git(folder, ['log', '-1', '--first-parent', '--format=%H %cI', '--', file]),
    git(folder, ['diff', '--quiet', 'HEAD', '--', file]),
  ]);
  const [commit = '', at = ''] = log.stdout.trim().split(' ');
  return log.code === 0 && diff.code === 0 && at !== '' ? { commit, at } : null;
}

function splitNul(text: string): readonly string[] {
  return text.split('\0').filter((part) => part !== '');
}

interface GitResult {
  /** `null` when git could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The runner clones as another user than the job's image runs as, which git takes for an attack; the clone is the
 * runner's own, so every folder is safe here.
 */
async function git(folder: string, args: readonly string[]): Promise<GitResult> {
  return await new Promise((resolve) => {
    execFile(
      'git',
      ['-c', 'safe.directory=*', '-C', folder, ...args],
      { maxBuffer: MOST_BYTES, encoding: 'utf8' },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, stdout, stderr });
      },
    );
  });
}

/** @param diff what failed */
async function notTold(folder: string, since: string, diff: GitResult): Promise<ConfigError> {
  if (diff.code === null) return unusable(since, diff);
  const known = await git(folder, ['rev-parse', '--verify', '--quiet', `${since}^{commit}`]);
  if (known.code === 0) return unusable(since, diff);
  const shallow = await git(folder, ['rev-parse', '--is-shallow-repository']);
  if (shallow.code !== 0) return unusable(since, shallow);
  if (shallow.stdout.trim() === 'true')
    return notKnown(
      since,
      'this clone is shallow and does not reach back to it, so what changed is not known',
      'Set GIT_DEPTH: 0 for the job, or run: git fetch --unshallow',
    );
  return notKnown(since, 'there is no such commit in this clone', 'Check it, or fetch it first.');
}

function unusable(since: string, { code, stderr }: GitResult): ConfigError {
  if (code === null)
    return notKnown(
      since,
      'git could not be started',
      'Use an image that has git, such as the one of Procession.',
    );
  const [line = ''] = stderr.trim().split('\n', 1);
  return notKnown(since, `git could not tell: ${line.slice(0, 200)}`, 'Run it inside a git clone.');
}

function notKnown(since: string, message: string, fix: string): ConfigError {
  const where = { at: `--changed-since ${since.slice(0, 60)}` };
  return new ConfigError(
    [problem(where, message, fix)],
    'It cannot be told what changed; nothing was written:',
  );
}
