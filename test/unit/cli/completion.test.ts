import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '#cli/commands.ts';
import { SHELLS } from '#cli/terminal/completion.ts';
import { cli } from '#test/support/cli.ts';

/** What bash offers for a line that ends at the cursor. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout: script } = await cli(['completion', 'bash']);
  const line = words.map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(procession ${line}); COMP_CWORD=${words.length}; _procession; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['-c', `${script}\n${ask}`], { encoding: 'utf8' });
  return out.split('\n').filter((word) => word !== '');
}

describe('completion in bash', () => {
  it('offers commands, and options of the command', async () => {
    expect(await offered('s')).toEqual(['sandbox', 'setup', 'sweep', 'status', 'serve']);
    expect(await offered('sweep', '--st')).toEqual(['--state']);
    expect(await offered('help', 'swe')).toEqual(['sweep']);
    expect(await offered('inbox', 're')).toEqual(['replay']);
    expect(await offered('completion', '')).toEqual([...SHELLS]);
  });

  it('leaves everything else to the completion of files', async () => {
    expect(await offered('plan', 'sows/')).toEqual([]);
    expect(await offered('plan', 'sows/SOW-1.yml', '--out', 'x')).toEqual([]);
  });
});

describe.each(SHELLS)('the script for %s', (shell) => {
  it('knows every command with every option', async () => {
    const { stdout } = await cli(['completion', shell]);

    for (const { load } of COMMANDS) {
      const { command } = await load();
      expect(stdout).toMatch(new RegExp(`\\b${command.name}\\b`));
      for (const option of Object.keys(command.options))
        expect(stdout).toContain(shell === 'fish' ? `-l ${option} ` : `--${option}`);
    }
  });
});

it('a shell that is not known is refused with a way out', async () => {
  expect(await cli(['completion', 'fishh'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean "fish"?'),
  });
});
