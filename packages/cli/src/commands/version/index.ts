import type { RegisterCommand } from '../../context.ts';

/** `sealift version`: what this executable is, and which upgrades that are under way it can go on with. */
export const registerVersion: RegisterCommand = (program, context) => {
  program
    .command('version')
    .description('Says the version, and in which forms it reads and stores an upgrade that is under way.')
    .option('--json', 'print one JSON object: {"version":…,"upgrades":{"stores":…,"reads":[…]}}')
    .action(async (options: { json?: true }) => {
      const { showVersion } = await import('./version.ts');
      showVersion(options, context);
    });
};
