import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { completionScript, SHELLS } from '#cli/terminal/completion.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { didYouMean } from '#domain/base/closest.ts';

/** Command `completion`. */
export const command: Command = {
  name: 'completion',
  summary: 'print what makes a shell complete commands and options',
  usage: '<bash|zsh|fish>',
  positionals: { min: 1, max: 1 },
  words: SHELLS,
  options: {},
  details: [
    'Prints a script with every command and option. Read it in where your shell starts: in ~/.bashrc source <(procession completion bash), in ~/.zshrc after compinit source <(procession completion zsh), in ~/.config/fish/config.fish procession completion fish | source. Make it anew after an update.',
    'Exit codes: 0 printed, 2 there is none for this shell.',
  ].join('\n\n'),
  examples: ['source <(procession completion bash)', 'procession completion fish | source'],
  run,
};

async function run({ positionals, output, commands }: CommandContext): Promise<number> {
  const [asked = ''] = positionals;
  const shell = SHELLS.find((known) => known === asked);
  if (shell === undefined)
    throw new UsageError(
      `There is no completion for "${asked}". ${didYouMean(asked, SHELLS, `Shells: ${SHELLS.join(', ')}.`)}`,
      'procession completion --help',
    );
  output.result(completionScript(shell, await commands()));
  return EXIT.done;
}
