import { describe, expect, it } from 'vitest';
import { createOutput, hasColors, toJson } from '#cli/terminal/output.ts';
import type { Environment } from '#config/environment.ts';

function streams({ terminal = false, columns = 40 }: { terminal?: boolean; columns?: number } = {}) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: terminal,
    columns,
    write: (text: string) => (written[name] += text),
  });
  return { written, stdout: stream('stdout'), stderr: stream('stderr') };
}

describe('cli/output', () => {
  it('keeps results and remarks apart', () => {
    const io = streams();
    const output = createOutput({ ...io, env: {} }, false);

    output.result('a result');
    output.note('a note');
    output.warning('a warning');

    expect(io.written).toEqual({ stdout: 'a result\n', stderr: 'a note\na warning\n' });
  });

  it('drops notes but not warnings when quiet', () => {
    const io = streams({ terminal: true });
    const output = createOutput({ ...io, env: {} }, true);

    output.note('a note');
    output.progress(1, 2, 'working');
    output.warning('a warning');

    expect(io.written.stderr).toBe('a warning\n');
  });

  it('shows no progress in pipes', () => {
    const io = streams();

    createOutput({ ...io, env: {} }, false).progress(1, 2, 'working');

    expect(io.written.stderr).toBe('');
  });

  it('rewrites one progress line on a terminal and takes it away before other text', () => {
    const io = streams({ terminal: true });
    const output = createOutput({ ...io, env: {} }, false);

    output.progress(1, 26, `create issue: ${'x'.repeat(60)}`);
    output.result('done');

    expect(io.written.stderr).toBe(`\r\u001B[2K[1/26] create issue: ${'x'.repeat(17)}…\r\u001B[2K`);
    expect(io.written.stdout).toBe('done\n');
  });

  it.each<[string, boolean, Environment, boolean]>([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['FORCE_COLOR in a pipe', false, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0 on a terminal', true, { FORCE_COLOR: '0' }, false],
    ['FORCE_COLOR over NO_COLOR', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('decides on colours for %s', (_, isTTY, env, expected) => {
    expect(hasColors({ isTTY, write: () => true }, env)).toBe(expected);
  });

  it('paints only where there are colours', () => {
    expect(createOutput({ ...streams({ terminal: true }), env: {} }, false).paint('good', 'yes')).toBe(
      '\u001B[32myes\u001B[39m',
    );
    expect(createOutput({ ...streams(), env: {} }, false).paint('good', 'yes')).toBe('yes');
  });

  it('writes JSON that cannot steer a terminal and means the same', () => {
    const value = { title: 'a\u001B[2J\u009B\u202E\u2028\u{E0001}b' };

    const text = toJson(value);

    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
    expect(JSON.parse(text)).toEqual(value);
  });
});
