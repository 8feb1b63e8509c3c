import type { RegisterCommand } from '../../context.ts';
import type { RecoverOptions } from './recover.ts';

/** `sealift accounts`: what whoever has the console's machine can do about its accounts. */
export const registerAccounts: RegisterCommand = (program, context) => {
  program
    .command('accounts')
    .description('The accounts of a console on this machine.')
    .command('recover')
    .description(
      'Opens locked accounts and gives one a new password, printed once. Stop a console with the embedded store first.',
    )
    .requiredOption('--data <folder>', 'the data folder of the console')
    .option('--username <name>', 'the account; may be left out where there is one')
    .option('--unlock-only', 'only open locked accounts, and leave the password as it is')
    .option('--json', 'print one JSON object')
    .action(async (options: RecoverOptions) => {
      const { recover } = await import('./recover.ts');
      await recover(options, context);
    });
};
