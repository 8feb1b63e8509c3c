import { z } from 'zod';
import { jsonLine, type Service, startService } from './child-process.ts';
import type { DemoCluster } from './cluster/demo-cluster.ts';
import type { DemoContext } from './demo-context.ts';

const consoleReadySchema = z.object({ url: z.string(), setupUrl: z.string().nullable() });
export type ConsoleReady = z.infer<typeof consoleReadySchema>;

/** Starts the system console on the demo's own data, connected to a cluster. */
export function startConsoleServer(
  demo: DemoContext,
  options: {
    readonly cluster: Pick<DemoCluster, 'consoleArgs' | 'consoleEnv'>;
    /** Folder of the web pages; without it those of the command line itself. */
    readonly pages: string | undefined;
    readonly port: number;
    /** Without it the embedded store is used. */
    readonly databaseUrl?: string | undefined;
  },
): Promise<Service<ConsoleReady>> {
  const { cluster, pages, port, databaseUrl } = options;
  const where = ['--data', demo.folder.console, '--listen', `127.0.0.1:${port}`];
  const shown = pages === undefined ? [] : ['--assets', pages];
  const args = ['server', 'run', '--json', ...where, ...shown, ...cluster.consoleArgs];
  const database = databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl };
  const env = { ...demo.env, ...cluster.consoleEnv, ...database };
  const { checkout, folder, cancel } = demo;
  const described = { name: 'the system console', command: checkout.sealift, args, env, cwd: folder.path, cancel };
  return startService(described, jsonLine(consoleReadySchema));
}
