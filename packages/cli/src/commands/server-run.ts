import { SealiftError } from '@sealift/core/errors';
import { startConsole } from '@sealift/server/console';
import type { CliContext } from '../context.ts';

export interface ServerRunOptions {
  readonly data: string;
  readonly listen: string;
  readonly simulator?: string;
  readonly trustedProxy?: string;
  readonly assets?: string;
  readonly json?: boolean;
}

/**
 * Runs the system console until the context is cancelled. `DATABASE_URL` names a PostgreSQL server; without it the embedded
 * store is used.
 *
 * @throws USAGE, and what `startConsole` throws
 */
export async function runServer(options: ServerRunOptions, context: CliContext): Promise<void> {
  const { host, port } = parseListen(options.listen);
  const databaseUrl = context.env['DATABASE_URL'];
  const running = await startConsole({
    dataDir: options.data,
    host,
    port,
    log: context.note,
    ...(databaseUrl === undefined || databaseUrl === '' ? {} : { databaseUrl }),
    ...(options.simulator === undefined ? {} : { clusterUrl: options.simulator }),
    ...(options.trustedProxy === undefined ? {} : { trustedProxy: options.trustedProxy }),
    ...(options.assets === undefined ? {} : { assetsDir: options.assets }),
  });
  try {
    if (options.json === true) {
      context.out(JSON.stringify({ url: running.url, setupUrl: running.setupUrl }));
    } else {
      context.out(`System console: ${running.url}`);
      if (running.setupUrl !== null)
        context.out(`Make the first administrator (once, within a day): ${running.setupUrl}`);
    }
    await new Promise<void>((stop) => {
      if (context.cancel.aborted) stop();
      context.cancel.addEventListener('abort', () => stop(), { once: true });
    });
  } finally {
    await running.close();
  }
}

function parseListen(text: string): { host: string; port: number } {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) {
    throw new SealiftError('USAGE', { values: { reason: `--listen ${text} is not an address and a port` } });
  }
  return { host, port: Number(port) };
}
