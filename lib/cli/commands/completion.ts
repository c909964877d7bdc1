import { Argument, type Command } from 'commander';
import { completionCandidates } from '../completion/candidates';
import { completionScript, shells, type Shell } from '../completion/scripts';
import { withExamples } from '../help';

const remarks = `Write it to a file once, and let the shell read that at its start: "source FILE" in ~/.bashrc, or in ~/.zshrc behind
compinit; fish reads its folder conf.d by itself. In that shell "xkd" is then a command, in any folder.`;

/** `xkd completion SHELL`: prints the script with which a shell completes commands, options and keys. */
export function register(program: Command): void {
  const command = program
    .command('completion')
    .description('Print the script by which a shell completes commands, options and values')
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .action((shell: Shell) => void process.stdout.write(completionScript(shell)));
  withExamples(
    command,
    [
      'xkd completion bash > ~/.xkd-completion.bash',
      'xkd completion zsh > ~/.xkd-completion.zsh',
      'xkd completion fish > ~/.config/fish/conf.d/xkd.fish',
    ],
    remarks,
  );
  program
    .command('complete', { hidden: true })
    .description('What a shell asks at each Tab')
    .argument('[words...]')
    .action((words: string[]) => {
      const lines = completionCandidates(program, words).map(({ text, help = '' }) =>
        `${text}\t${help.replace(/\s+/g, ' ')}`.trimEnd(),
      );
      process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    });
}
