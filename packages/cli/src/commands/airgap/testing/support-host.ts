import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../program.ts';
import { testContext } from '../../../testing/test-context.ts';

/** What a command of a test came to. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
}

/** A support host of one test: its folder, and ports that were free. */
export interface TestHost {
  readonly folder: string;
  readonly dir: string;
  readonly ports: readonly [registry: number, files: number];
  /** Runs `sealift airgap`. */
  airgap(...args: readonly string[]): Promise<Ran>;
  /** Sets it up on loopback. */
  setup(...args: readonly string[]): Promise<Ran>;
  /** Starts both services in this process and waits until they serve. */
  serve(): Promise<void>;
  /** Ends the services. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

export async function makeTestHost(): Promise<TestHost> {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-airgap-'));
  const dir = join(folder, 'host');
  const ports = await freePorts();
  const stop = new AbortController();
  const running: Promise<number>[] = [];
  const said: string[] = [];
  const airgap = async (...args: readonly string[]): Promise<Ran> => {
    const { context, written } = testContext({ env: { HOME: folder } });
    const code = await run(['airgap', ...args, '--dir', dir], context);
    return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
  };
  const host: TestHost = {
    folder,
    dir,
    ports,
    airgap,
    setup: (...args) => {
      const where = ['--listen', '127.0.0.1', '--registry-port', `${ports[0]}`, '--files-port', `${ports[1]}`];
      return airgap('setup', 'localhost', ...where, ...args);
    },
    async serve() {
      for (const service of ['registry', 'files']) {
        const keep = (text: string): unknown => said.push(text);
        const { context } = testContext({ env: {}, cancel: stop.signal, out: keep, note: keep });
        running.push(run(['airgap', 'serve', service, '--dir', dir], context));
      }
      const ended = Promise.race(running).then(() => Promise.reject(new Error(said.join('\n'))));
      while (said.filter((line) => line.includes(' serves ')).length < 2) {
        await Promise.race([ended, new Promise((wake) => setTimeout(wake, 20))]);
      }
      ended.catch(() => undefined);
    },
    async stop() {
      stop.abort();
      await Promise.all(running);
    },
    async remove() {
      await host.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return host;
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()] as const;
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    }),
  );
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return [ports[0] ?? 0, ports[1] ?? 0];
}
