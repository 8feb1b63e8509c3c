import type { RegisterCommand } from '../../context.ts';
import type { GenerateOptions } from './generate.ts';

interface ListOptions {
  readonly console?: true;
  readonly json?: true;
}

/** Two lists: bundles are checked on the machine that they are run on, releases in the registry by the console. */
const inConsole = 'the list of the console that you are logged in to, instead of the one of this machine';

/** `sealift keys`: makes and trusts the keys that bundles are signed with. */
export const registerKeys: RegisterCommand = (program, context) => {
  const keys = program.command('keys').description('The keys that bundles are signed with.');
  keys
    .command('generate')
    .description(
      'Makes a key pair in minisign format: NAME.key, which signs, and NAME.pub, which is given to the sites.',
    )
    .option('--out <name>', 'where to write it, without the ending', 'vendor')
    .option('--password', 'protect the secret key by a password, which is asked for')
    .option('--password-file <file>', 'the same, with the password out of a file, - for standard input')
    .option('--json', 'print one JSON object')
    .action(async (options: GenerateOptions) => {
      const { generateKeys } = await import('./generate.ts');
      await generateKeys(options, context);
    });
  keys
    .command('trust')
    .description('Trusts a public key file: for this machine when run by root, else for you; or in the console.')
    .argument('<file>', 'the public key file of the vendor, such as vendor.pub')
    .option('--console', inConsole)
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: ListOptions) => {
      if (options.console === true) {
        const { trustInConsole } = await import('./console.ts');
        return await trustInConsole(file, options, context);
      }
      const { trustKeyFile } = await import('./trust.ts');
      await trustKeyFile(file, options, context);
    });
  keys
    .command('list')
    .description('Lists the keys that are trusted here, or in the console.')
    .option('--console', inConsole)
    .option('--json', 'print one JSON object')
    .action(async (options: ListOptions) => {
      if (options.console === true) {
        const { listConsoleKeys } = await import('./console.ts');
        return await listConsoleKeys(options, context);
      }
      const { listKeys } = await import('./list.ts');
      await listKeys(options, context);
    });
  keys
    .command('untrust')
    .description('Trusts a key no longer: on this machine, or in the console. What it signed stays installed.')
    .argument('<key>', 'its ID or fingerprint, as the list shows it, or its public key file')
    .option('--console', inConsole)
    .option('--json', 'print one JSON object')
    .action(async (named: string, options: ListOptions) => {
      if (options.console === true) {
        const { untrustInConsole } = await import('./console.ts');
        return await untrustInConsole(named, options, context);
      }
      const { untrustNamedKey } = await import('./untrust.ts');
      await untrustNamedKey(named, options, context);
    });
};
