import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { bashCompletion } from './bash.ts';
import { commandTree } from './command-tree.ts';
import { fishCompletion } from './fish.ts';
import { zshCompletion } from './zsh.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** Prints the script for a shell. @param program with every command */
export function printCompletion(shell: keyof typeof scripts, program: Command, context: CliContext): void {
  context.write(scripts[shell](commandTree(program)));
}
