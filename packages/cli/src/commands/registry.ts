import type { RegisterCommand } from '../context.ts';

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
    .option('--push-user <name=file>', 'a user who may pull and push, and the file with the password', collect, [])
    .option('--pull-user <name=file>', 'a user who may only pull, and the file with the password', collect, [])
    .action(async (options: RegistryServeOptions) => {
      const { serveUntilStopped } = await import('./registry-serve.ts');
      await serveUntilStopped(options, context);
    });
};

/** The options of `registry serve` as they are typed. */
export interface RegistryServeOptions {
  readonly storage: string;
  readonly listen: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly pushUser: readonly string[];
  readonly pullUser: readonly string[];
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
