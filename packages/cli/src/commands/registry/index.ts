import type { Command } from 'commander';
import type { CliContext, RegisterCommand } from '../../context.ts';
import { type RegistryOptions, withRegistry } from './console/options.ts';
import type { MirrorOptions } from './console/mirror.ts';
import type { SyncOptions } from './console/sync.ts';
import type { GarbageOptions } from './gc.ts';
import type { ScrubOptions } from './scrub.ts';
import type { RegistryServeOptions } from './serve.ts';

/** `sealift registry`: the pack registries of a console, and an OCI registry by itself, on a support host. */
export const registerRegistry: RegisterCommand = (program, context) => {
  const registry = program
    .command('registry')
    .description('the pack registries of the console; an OCI registry by itself, without a console');
  registerOfConsole(registry, context);

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

interface Output {
  readonly json?: true;
}

function registerOfConsole(registry: Command, context: CliContext): void {
  registry
    .command('ls')
    .description('list the pack registries of the console, the repositories of one, or the tags of a repository')
    .argument('[name]', 'of a registry')
    .argument('[repository]', 'by the name that it has there')
    .option('--long', 'with what each tag stands for: kind, size, when it was pushed, digest')
    .option('--json', 'print one JSON object')
    .action(async (name: string | undefined, repository: string | undefined, options: Output & { long?: true }) => {
      const { listRegistries } = await import('./console/ls.ts');
      await listRegistries(name, repository, options, context);
    });

  withRegistry(
    registry
      .command('add')
      .description('add an OCI registry to the console, once all that is needed of it was tried')
      .argument('<name>', 'lower-case letters, digits, dots and hyphens')
      .argument('<address>', 'host or host:port'),
  ).action(async (name: string, address: string, options: RegistryOptions) => {
    const { addRegistry } = await import('./console/change.ts');
    await addRegistry(name, address, options, context);
  });

  registry
    .command('validate')
    .description('try a registry of the console: address, certificate, login, pull, push, artifacts, body limit')
    .argument('<name>', 'as `sealift registry ls` tells it')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: Output) => {
      const { validateRegistry } = await import('./console/change.ts');
      await validateRegistry(name, options, context);
    });

  withRegistry(
    registry
      .command('edit')
      .description('change how a registry of the console is reached; what is not given stays as it is')
      .argument('<name>', 'as `sealift registry ls` tells it')
      .option('--address <host>', 'host or host:port'),
  ).action(async (name: string, options: RegistryOptions & { readonly address?: string }) => {
    const { editRegistry } = await import('./console/change.ts');
    await editRegistry(name, options, context);
  });

  registry
    .command('remove')
    .description('have the console forget a registry that nothing needs; what it holds is not touched')
    .argument('<name>', 'as `sealift registry ls` tells it')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: Output) => {
      const { removeRegistry } = await import('./console/remove.ts');
      await removeRegistry(name, options, context);
    });

  registry
    .command('sync')
    .description('have the console read a registry into its catalogue, and wait for the end')
    .argument('[name]', 'as `sealift registry ls` tells it', 'spectro-packs')
    .option('--no-wait', 'only ask for it')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: SyncOptions) => {
      const { syncRegistry } = await import('./console/sync.ts');
      await syncRegistry(name, options, context);
    });

  registry
    .command('mirror')
    .description(
      'have the console bring releases, packs or repositories of one of its registries to another, and wait for the end',
    )
    .argument('[from]', 'as `sealift registry ls` tells it; spectro-packs is the console’s own')
    .argument('[to]', 'as `sealift registry ls` tells it')
    .option('--release <version>', 'a release with all that it pins, instead of all; may be given again', collect, [])
    .option(
      '--repository <glob>',
      'repositories by the names that they have in the first registry, with * and ?, instead of releases; may be given again',
      collect,
      [],
    )
    .option('--dry-run', 'only look what the second registry lacks, and send nothing')
    .option('--cancel', 'end the mirror that is under way; what is there by then stays')
    .option('--no-wait', 'only ask for it')
    .option('--json', 'print one JSON object')
    .action(async (from: string | undefined, to: string | undefined, options: MirrorOptions) => {
      const { mirrorRegistry } = await import('./console/mirror.ts');
      await mirrorRegistry(from, to, options, context);
    });
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
