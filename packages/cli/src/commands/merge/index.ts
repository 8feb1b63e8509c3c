import type { Command } from 'commander';
import type { RegisterCommand } from '../../context.ts';
import type { MergeOptions } from './merge-options.ts';

/** `sealift merge`: three texts of values become one. */
export const registerMerge: RegisterCommand = (program, context) => {
  const merge = withTexts(program.command('merge'))
    .description('Merges a site’s values with a new release’s defaults. Exit 0 clean, 1 conflicts left, 2 bad input.')
    .option(
      '-o, --output <file>',
      'write the merged text there, byte for byte; an older file is kept until it is whole',
    )
    .option('--json', 'print decisions, conflicts and text as one JSON object')
    .action(async (_options: unknown, command: Command) => {
      const { runMerge } = await import('./run-merge.ts');
      await runMerge(command.optsWithGlobals<MergeOptions>(), context);
    });
  withTexts(merge.command('explain'))
    .description('Tells a person what the merge keeps, takes, adds, removes and moves, and why. Exits like merge.')
    .option('--skeleton', 'print a file for --resolve instead, with an entry for each open conflict, ready to fill')
    .action(async (_options: unknown, command: Command) => {
      const { runExplain } = await import('./run-explain.ts');
      await runExplain(command.optsWithGlobals<MergeOptions>(), context);
    });
};

function withTexts(command: Command): Command {
  return command
    .option('--base <file>', 'the old release’s default values')
    .option('--current <file>', 'what the site runs')
    .option('--incoming <file>', 'the new release’s default values')
    .option('--migrations <file>', 'what the release moved, renamed, split or dropped: a list, or a release.yaml')
    .option('--pack <name>', 'only the migrations of this pack')
    .option('--schema <file>', 'the pack’s schema.yaml or JSON Schema: the merged text is checked against it')
    .option(
      '--resolve <file>',
      'answers to conflicts, YAML or JSON: a list of {path, take} or {path, value}, paths as printed',
    );
}
