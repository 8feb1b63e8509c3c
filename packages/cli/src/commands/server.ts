import type { RegisterCommand } from '../context.ts';
import type { ServerRunOptions } from './server-run.ts';

/** `sealift server run`: the system console. */
export const registerServer: RegisterCommand = (program, context) => {
  program
    .command('server')
    .description('The system console: web pages, API, registry and upgrade engine.')
    .command('run')
    .description('Runs the system console until stopped.')
    .requiredOption('--data <folder>', 'where its store, registry content and backups live')
    .option('--listen <address>', 'address and port; port 0 takes a free one', '127.0.0.1:8480')
    .option('--simulator <url>', 'the simulated vSphere cluster that `sealift simulator run` serves')
    .option('--trusted-proxy <address>', 'the proxy that ends TLS in front of it; its X-Forwarded headers are believed')
    .option('--assets <folder>', 'the built web pages, where they are not those of this program')
    .option('--json', 'print one line of JSON when ready: {"url":…,"setupUrl":…}')
    .action(async (options: ServerRunOptions) => {
      const { runServer } = await import('./server-run.ts');
      await runServer(options, context);
    });
};
