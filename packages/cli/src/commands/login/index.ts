import type { RegisterCommand } from '../../context.ts';
import type { LoginOptions } from './login.ts';

/** `sealift login`: remembers which console to talk to. */
export const registerLogin: RegisterCommand = (program, context) => {
  program
    .command('login')
    .description('Checks an API token against a console and remembers both; or makes one for an account.')
    .argument('<url>', 'address of the console, such as https://console.example')
    .option('--token-file <file>', 'read the API token from a file, - for standard input; else it is asked for')
    .option('--username <name>', 'sign in with an account, and have the console make an API token for this machine')
    .option(
      '--password-file <file>',
      'with --username: read the password from a file, - for standard input; else it is asked for',
    )
    .option('--json', 'print one JSON object')
    .action(async (url: string, options: LoginOptions) => {
      const { login } = await import('./login.ts');
      await login(url, options, context);
    });
};
