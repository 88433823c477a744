/** Where a command writes: results on stdout, everything else on stderr. */

import { styleText } from 'node:util';
import type { Environment } from '#config/environment.ts';
import { type Paint, plain, type Tone } from '#render/paint.ts';
import type { CliIo, TextStream } from './io.ts';

/** Output of a command. Results alone go to stdout, so that pipes and files get exactly the results. */
export interface Output {
  readonly result: (text: string) => void;
  /** A result as JSON, safe to show on a terminal. */
  readonly json: (value: unknown) => void;
  /** Something worth knowing; not with `--quiet`. */
  readonly note: (text: string) => void;
  /** Something to look at; always. */
  readonly warning: (text: string) => void;
  /** One line that is rewritten in place; only on a terminal. */
  readonly progress: (done: number, total: number, text: string) => void;
  /** Takes the progress line away. */
  readonly clearProgress: () => void;
  /** Colours for results. */
  readonly paint: Paint;
}

const FORMATS = {
  heading: 'bold',
  dim: 'dim',
  good: 'green',
  change: 'yellow',
  bad: 'red',
  link: 'cyan',
} as const satisfies Record<Tone, string>;

const CLEAR_LINE = '\r\u001B[2K';
const NARROWEST_TERMINAL = 20;

/** Creates the output on the streams of a command line. */
export function createOutput(io: Pick<CliIo, 'stdout' | 'stderr' | 'env'>, quiet: boolean): Output {
  const { stdout, stderr, env } = io;
  let progressShown = false;

  function clearProgress(): void {
    if (progressShown) stderr.write(CLEAR_LINE);
    progressShown = false;
  }
  function line(stream: TextStream, text: string): void {
    clearProgress();
    stream.write(`${text}\n`);
  }
  return {
    result: (text) => line(stdout, text),
    json: (value) => line(stdout, toJson(value)),
    note: (text) => {
      if (!quiet) line(stderr, text);
    },
    warning: (text) => line(stderr, text),
    progress: (done, total, text) => {
      if (quiet || stderr.isTTY !== true || isDumb(env)) return;
      stderr.write(CLEAR_LINE + fitted(`[${done}/${total}] ${text}`, stderr.columns ?? 80));
      progressShown = true;
    },
    clearProgress,
    paint: hasColors(stdout, env)
      ? (tone, text) => styleText(FORMATS[tone], text, { validateStream: false })
      : plain,
  };
}

/**
 * Colours for people, none for pipes.
 *
 * @see https://no-color.org
 * @see https://force-color.org
 */
export function hasColors(stream: TextStream, env: Environment): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  const refused = env['NO_COLOR'] ?? '';
  return refused === '' && stream.isTTY === true && !isDumb(env);
}

/** Characters that would steer a terminal or hide are escaped; a JSON reader sees the same value. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(/[\u007F-\u009F\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

function isDumb(env: Environment): boolean {
  return env['TERM'] === 'dumb';
}

function fitted(text: string, columns: number): string {
  const width = Math.max(columns, NARROWEST_TERMINAL) - 1;
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
