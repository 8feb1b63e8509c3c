import { Argument } from 'commander';
import type { RegisterCommand } from '../../context.ts';

/** `sealift completion`: what shells need to complete this program's words. */
export const registerCompletion: RegisterCommand = (program, context) => {
  program
    .command('completion')
    .description('Prints the script with which a shell completes commands, options and files.')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
For this session:   source <(sealift completion bash)
                    source <(sealift completion zsh)
                    sealift completion fish | source
For every session:  sealift completion bash > /etc/bash_completion.d/sealift
                    sealift completion zsh > "\${fpath[1]}/_sealift"
                    sealift completion fish > ~/.config/fish/completions/sealift.fish`,
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { printCompletion } = await import('./completion.ts');
      printCompletion(shell, program, context);
    });
};
