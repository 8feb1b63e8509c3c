import type { RegisterCommand } from '../../context.ts';

/** `sealift keys`: makes and trusts the keys that bundles are signed with. */
export const registerKeys: RegisterCommand = (program, context) => {
  const keys = program.command('keys').description('The keys that bundles are signed with.');
  keys
    .command('generate')
    .description(
      'Makes a key pair in minisign format: NAME.key, which signs, and NAME.pub, which is given to the sites.',
    )
    .option('--out <name>', 'where to write it, without the ending', 'vendor')
    .option('--json', 'print one JSON object')
    .action(async (options: { out: string; json?: true }) => {
      const { generateKeys } = await import('./generate.ts');
      await generateKeys(options, context);
    });
  keys
    .command('trust')
    .description('Trusts a public key file: for this machine when run by root, else for you.')
    .argument('<file>', 'the public key file of the vendor, such as vendor.pub')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: { json?: true }) => {
      const { trustKeyFile } = await import('./trust.ts');
      await trustKeyFile(file, options, context);
    });
  keys
    .command('list')
    .description('Lists the keys that are trusted here.')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: true }) => {
      const { listKeys } = await import('./list.ts');
      await listKeys(options, context);
    });
};
