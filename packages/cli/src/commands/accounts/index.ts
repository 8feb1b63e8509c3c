import type { Command } from 'commander';
import type { CliContext, RegisterCommand } from '../../context.ts';
import type { ChangePasswordOptions } from './change-password.ts';
import type { PolicyOptions } from './policy.ts';
import type { RecoverOptions } from './recover.ts';
import type { SignOnOptions } from './single-sign-on.ts';

const roles = 'root, operations (no accounts), account-administrator (accounts only) or viewer (changes nothing)';

interface Output {
  readonly json?: true;
}

/** `sealift accounts`: who may sign in to a console, and what each may. */
export const registerAccounts: RegisterCommand = (program, context) => {
  const accounts = program.command('accounts').description('Who may sign in to a console, and what each may.');
  accounts
    .command('list')
    .description('Lists accounts with their roles.')
    .option('--json', 'print one JSON object')
    .action(async (options: Output) => {
      const { listAccounts } = await import('./list.ts');
      await listAccounts(options, context);
    });
  accounts
    .command('create')
    .description('Makes an account, and prints the one-time link by which its owner chooses a password.')
    .argument('<name>', 'its user name')
    .requiredOption('--role <role>', roles)
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: Output & { role: string }) => {
      const { createAccount } = await import('./create.ts');
      await createAccount(name, options, context);
    });
  accounts
    .command('set-role')
    .description('Gives an account another role.')
    .argument('<name>', 'its user name')
    .argument('<role>', roles)
    .option('--json', 'print one JSON object')
    .action(async (name: string, role: string, options: Output) => {
      const { setRole } = await import('./change.ts');
      await setRole(name, role, options, context);
    });
  for (const [verb, description, disabled] of [
    ['disable', 'Shuts an account out at once: its sessions end and its API tokens rest.', true],
    ['enable', 'Lets an account that was disabled sign in again.', false],
  ] as const) {
    accounts
      .command(verb)
      .description(description)
      .argument('<name>', 'its user name')
      .option('--json', 'print one JSON object')
      .action(async (name: string, options: Output) => {
        const { setDisabled } = await import('./change.ts');
        await setDisabled(name, disabled, options, context);
      });
  }
  accounts
    .command('remove')
    .description('Removes an account with its sessions and API tokens. What it did stays in the audit log.')
    .argument('<name>', 'its user name')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: Output) => {
      const { removeAccount } = await import('./change.ts');
      await removeAccount(name, options, context);
    });
  accounts
    .command('reset-password')
    .description(
      'Prints a one-time link by which the owner of an account chooses a new password. Until then the old one works.',
    )
    .argument('<name>', 'its user name')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: Output) => {
      const { resetPassword } = await import('./create.ts');
      await resetPassword(name, options, context);
    });
  registerOwn(accounts, context);
  registerSignOn(accounts, context);
  registerSessions(accounts, context);
  accounts
    .command('recover')
    .description(
      'On the machine of a console: opens locked accounts and gives one a new password, printed once. Stop a console with the embedded store first.',
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

function registerOwn(accounts: Command, context: CliContext): void {
  accounts
    .command('change-password')
    .description("Changes one's own password; every session but this one ends.")
    .option('--current-file <file>', 'the one of now, - for standard input; else it is asked for')
    .option('--new-file <file>', 'the new one; else it is asked for')
    .option('--json', 'print one JSON object')
    .action(async (options: ChangePasswordOptions) => {
      const { changePassword } = await import('./change-password.ts');
      await changePassword(options, context);
    });
  accounts
    .command('policy')
    .description(
      'Shows what holds for all who sign in, or sets it: the login banner, and a second person for upgrades.',
    )
    .option('--banner-file <file>', 'show the text of this file before sign-in')
    .option('--no-banner', 'show none')
    .option('--second-person <choice>', 'on: an upgrade starts when another person than who asked approves; or off')
    .option('--json', 'print one JSON object')
    .action(async (options: PolicyOptions) => {
      const { accessPolicy } = await import('./policy.ts');
      await accessPolicy(options, context);
    });
}

function registerSignOn(accounts: Command, context: CliContext): void {
  accounts
    .command('single-sign-on')
    .description(
      'Shows how people sign in at a provider of OpenID Connect, sets it once the provider was asked, or ends it.',
    )
    .option('--settings <file>', 'set it to these, as --json prints them')
    .option('--client-secret-file <file>', 'the secret of the client, - for standard input; else the stored one stays')
    .option('--off', 'end it, and the sessions of those who signed in by it')
    .option('--json', 'print one JSON object')
    .action(async (options: SignOnOptions) => {
      const { singleSignOn } = await import('./single-sign-on.ts');
      await singleSignOn(options, context);
    });
}

function registerSessions(accounts: Command, context: CliContext): void {
  const sessions = accounts.command('sessions').description("Sessions: one's own, or those of an account.");
  sessions
    .command('list')
    .description("Lists one's own sessions, or those of an account.")
    .option('--username <name>', 'those of this account')
    .option('--json', 'print one JSON object')
    .action(async (options: Output & { username?: string }) => {
      const { listSessions } = await import('./sessions.ts');
      await listSessions(options, context);
    });
  sessions
    .command('end')
    .description("Ends one of one's own sessions, or of those of an account, or all of an account.")
    .argument('[id]', 'of the session, as the list tells it')
    .option('--username <name>', 'of this account')
    .option('--all', 'every one of that account')
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, options: Output & { username?: string; all?: true }) => {
      const { endSessions } = await import('./sessions.ts');
      await endSessions(id, options, context);
    });
}
