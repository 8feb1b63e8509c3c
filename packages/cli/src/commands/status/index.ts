import type { RegisterCommand } from '../../context.ts';

/** `sealift status`, `sealift updates`, `sealift sync`: what the platform runs, and what it could run. */
export const registerStatus: RegisterCommand = (program, context) => {
  program
    .command('status')
    .description('Shows what the platform runs, whether it is healthy, and an available update.')
    .option('--check', 'exit with 3 unless the console is healthy; that a newer release is there does not count')
    .option('--json', 'print one JSON object')
    .action(async (options: { check?: true; json?: true }) => {
      const { showStatus } = await import('./status.ts');
      await showStatus(options, context);
    });
  program
    .command('updates')
    .description('Lists the releases that are newer than the installed one, and why one is refused.')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: true }) => {
      const { showUpdates } = await import('./updates.ts');
      await showUpdates(options, context);
    });
  program
    .command('sync')
    .description('Reads the releases and packs of a pack registry into the catalogue.')
    .argument('[registry]', 'name of the pack registry; without it the first one')
    .option('--json', 'print one JSON object')
    .action(async (registry: string | undefined, options: { json?: true }) => {
      const { syncRegistry } = await import('./sync.ts');
      await syncRegistry(registry, options, context);
    });
};
