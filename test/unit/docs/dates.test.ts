/** docs/dates.md says what the code does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProcessionFile } from '#config/procession-file.ts';
import { MOVE_DATES } from '#domain/base/settings.ts';
import { parseCommands } from '#domain/comments/parse-command.ts';
import { StepFrontMatter } from '#domain/process/process.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';

const TEXT = readFileSync(join(import.meta.dirname, '../../../docs/dates.md'), 'utf8');
const [frontMatter = '', settings = ''] = [...TEXT.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  ([, yaml]) => yaml,
);

describe('docs/dates.md', () => {
  it('shows settings that can be read, and every value of theirs', () => {
    expect(ProcessionFile.pick({ dates: true }).parse(yaml(settings)).dates).toEqual({ move: 'ask' });
    expect(MOVE_DATES.filter((value) => !settings.includes(value))).toEqual([]);
  });

  it('shows a front matter that can be read, and a row for every slip', () => {
    const read = StepFrontMatter.pick({ slip: true, needs: true });
    expect(read.parse(yaml(frontMatter))).toEqual({ slip: 'fixed', needs: 5 });
    const slips = read.shape.slip.unwrap().options;
    expect(slips.filter((value) => !TEXT.includes(`| \`${value}\``))).toEqual([]);
  });

  it('names commands that are understood', () => {
    const commands = [...TEXT.matchAll(/`(\/ps [^`]+)`/g)].map(([, command = '']) =>
      command.replace('<reason>', 'they are away'),
    );
    const found = commands.flatMap((command) =>
      parseCommands(command, { steps: new Set(['kick-off']), onEpic: false, writtenOn: '2027-01-04' }),
    );

    expect(commands.length).toBeGreaterThan(8);
    expect(found.filter(({ kind }) => kind !== 'ok')).toEqual([]);
    expect(found).toHaveLength(commands.length);
  });
});

function yaml(text: string): unknown {
  const parsed = parseYaml(text, 'docs/dates.md');
  return 'value' in parsed ? parsed.value : parsed;
}
