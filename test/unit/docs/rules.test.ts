import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ANYBODY, COMMENT_COMMANDS, STEP_OWNER, usageOf } from '#domain/base/commands.ts';

const FILE = join(import.meta.dirname, '../../../docs/rules.md');
const MARK =
  '<!-- commands: generated from src/domain/base/commands.ts, checked by test/unit/docs/rules.test.ts -->';

function rows(): string {
  return COMMENT_COMMANDS.map((command) => {
    const who =
      command.name === 'approve'
        ? 'the role the step asks for'
        : command.by
            .map((role) =>
              role === ANYBODY ? 'every member' : role === STEP_OWNER ? 'who does the step' : role,
            )
            .join(', ');
    return `| \`${usageOf(command).replaceAll('|', '\\|')}\` | ${command.summary} | ${who} |`;
  }).join('\n');
}

describe('docs/rules.md', () => {
  it('lists the commands as the code has them', () => {
    const text = readFileSync(FILE, 'utf8');
    const [, after = ''] = text.split('| Command | What it does | Who may |\n|---|---|---|\n');

    expect(after.slice(0, after.indexOf(MARK) + MARK.length)).toBe(`${rows()}\n\n${MARK}`);
  });
});
