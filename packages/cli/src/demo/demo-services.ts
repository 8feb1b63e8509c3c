import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Service, startService } from './child-process.ts';
import type { DemoContext } from './demo-context.ts';

const simulatorReadySchema = z.object({ url: z.string(), callLog: z.string() });
const consoleReadySchema = z.object({ url: z.string(), setupUrl: z.string().nullable() });
export type SimulatorReady = z.infer<typeof simulatorReadySchema>;
export type ConsoleReady = z.infer<typeof consoleReadySchema>;

/**
 * Starts the simulated vSphere cluster.
 *
 * @param initial what the cluster runs at first, as `sealift simulator run --initial` reads it
 * @param speed how many times faster than a few seconds a machine
 */
export async function startClusterSimulator(
  demo: DemoContext,
  initial: unknown,
  speed: number,
): Promise<Service<SimulatorReady>> {
  const file = join(demo.folder.temporary, 'initial-cluster.json');
  await writeFile(file, JSON.stringify(initial));
  const args = ['simulator', 'run', '--state', demo.folder.simulator, '--speed', String(speed), '--initial', file];
  return startService(describe(demo, 'the simulated cluster', args), jsonLine(simulatorReadySchema));
}

/** Starts the system console on the demo's own data, connected to a simulated cluster. */
export function startConsoleServer(
  demo: DemoContext,
  options: {
    readonly simulatorUrl: string;
    /** Folder of the web pages; without it those of the command line itself. */
    readonly pages: string | undefined;
    readonly port: number;
    /** Without it the embedded store is used. */
    readonly databaseUrl?: string | undefined;
  },
): Promise<Service<ConsoleReady>> {
  const { simulatorUrl, pages, port, databaseUrl } = options;
  const where = ['--data', demo.folder.console, '--listen', `127.0.0.1:${port}`, '--simulator', simulatorUrl];
  const args = ['server', 'run', '--json', ...where, ...(pages === undefined ? [] : ['--assets', pages])];
  const service = describe(demo, 'the system console', args);
  const env = databaseUrl === undefined ? service.env : { ...service.env, DATABASE_URL: databaseUrl };
  return startService({ ...service, env }, jsonLine(consoleReadySchema));
}

function describe(demo: DemoContext, name: string, args: readonly string[]) {
  return { name, command: demo.checkout.sealift, args, env: demo.env, cwd: demo.folder.path };
}

/** Reads the one line of JSON with which a service says that it is ready. */
function jsonLine<Schema extends z.ZodType>(schema: Schema): (line: string) => z.output<Schema> | undefined {
  return (line) => {
    if (!line.startsWith('{')) return undefined;
    try {
      return schema.safeParse(JSON.parse(line)).data;
    } catch {
      return undefined;
    }
  };
}
