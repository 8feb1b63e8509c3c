import type { RegisterCommand } from '../../context.ts';
import type { GarbageOptions } from './gc.ts';
import type { ScrubOptions } from './scrub.ts';
import type { RegistryServeOptions } from './serve.ts';

/** `sealift registry`: an OCI registry by itself, on a support host. */
export const registerRegistry: RegisterCommand = (program, context) => {
  const registry = program.command('registry').description('an OCI registry by itself, without a console');

  registry
    .command('serve')
    .description('serve a folder as an OCI registry until it is stopped')
    .requiredOption('--storage <folder>', 'where everything is kept; made when it is missing')
    .option('--listen <address>', 'host:port; a port of 0 takes a free one', '127.0.0.1:5080')
    .option('--tls-cert <file>', 'certificate chain, PEM; needed for any address but this machine’s own')
    .option('--tls-key <file>', 'private key, PEM')
    .option('--tls-self-signed', 'make a certificate, keep it in the storage folder, and print its fingerprint')
    .option('--push-user <name=file>', 'a user who may pull and push, and the file with the password', collect, [])
    .option('--pull-user <name=file>', 'a user who may only pull, and the file with the password', collect, [])
    .option('--htpasswd <file>', 'users who may pull and push, with bcrypt hashes (htpasswd -B)')
    .option('--anonymous-pull', 'let everybody pull without a login')
    .option('--basic-only', 'ask clients for their password with every request instead of handing out tokens')
    .option('--quota <size>', 'the most everything together may take, such as 200GiB')
    .option('--json', 'print the line that says where it serves as JSON')
    .action(async (options: RegistryServeOptions) => {
      const { serveUntilStopped } = await import('./serve.ts');
      await serveUntilStopped(options, context);
    });

  registry
    .command('gc')
    .description('remove from a stopped registry what no tag leads to')
    .requiredOption('--storage <folder>', 'the folder of the registry')
    .option('--dry-run', 'only say what would go')
    .option('--json', 'print the report as one line of JSON')
    .action(async (options: GarbageOptions) => {
      const { removeGarbage } = await import('./gc.ts');
      await removeGarbage(options, context);
    });

  registry
    .command('scrub')
    .description('compare everything a stopped registry holds with its digest, and put aside what is damaged')
    .requiredOption('--storage <folder>', 'the folder of the registry')
    .option('--json', 'print the report as one line of JSON')
    .action(async (options: ScrubOptions) => {
      const { scrubStorage } = await import('./scrub.ts');
      await scrubStorage(options, context);
    });
};

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
