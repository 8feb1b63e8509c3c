import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';

/** A real PostgreSQL server of a test's own, on loopback. */
export interface PostgresServer {
  /** Makes a database, empty or a copy of one that nobody uses, and answers its URL. */
  newDatabase(copyOf?: string): Promise<string>;
  readonly port: number;
  /** Of one server at a time. */
  readonly dataFolder: string;
  /** Asks a database of this server, past every program under test. */
  query(databaseUrl: string, text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Ends it as a power cut does; what was committed stays. */
  cut(): Promise<void>;
  /** Starts it again where it was, or at another port. */
  again(port?: number): Promise<void>;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root; then Debian's `postgres` user runs it. */
const asUser = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];

/** Starts a server in a temporary folder. @param path of the program `postgres` @param within a folder to make it in */
export async function startPostgres(path: string, within: string = tmpdir()): Promise<PostgresServer> {
  const folder = mkdtempSync(join(within, 'sealift-postgres-'));
  chmodSync(folder, 0o777);
  const data = join(folder, 'data');
  const control = join(dirname(path), 'pg_ctl');
  run([join(dirname(path), 'initdb'), '-D', data, '-U', 'sealift', '--auth=trust', '-E', 'UTF8', '--no-sync'], folder);
  let port = await freePort();
  let server = await serve(path, data, port, folder).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const cut = (): Promise<void> => end(server, control, data, folder);
  let databases = 0;
  return {
    get port() {
      return port;
    },
    dataFolder: data,
    async newDatabase(copyOf) {
      databases += 1;
      const name = `test${databases}`;
      const from = copyOf === undefined ? '' : ` template ${new URL(copyOf).pathname.slice(1)}`;
      await query(urlOf(port, 'postgres'), `create database ${name}${from}`);
      return urlOf(port, name);
    },
    query: (databaseUrl, text) => query(urlOf(port, new URL(databaseUrl).pathname.slice(1)), text),
    cut,
    async again(other = port) {
      port = other;
      server = await serve(path, data, port, folder);
    },
    async stop() {
      await cut();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function serve(path: string, data: string, port: number, folder: string): Promise<ChildProcess> {
  const options = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'];
  const [program = path, ...args] = [...asUser, path, ...options];
  const server = spawn(program, args, { cwd: folder, stdio: 'ignore' });
  try {
    await untilReady(port, server);
    return server;
  } catch (error) {
    await end(server, join(dirname(path), 'pg_ctl'), data, folder);
    throw error;
  }
}

function run(command: readonly string[], cwd: string): void {
  const [program = '', ...args] = [...asUser, ...command];
  execFileSync(program, args, { cwd, stdio: 'ignore' });
}

async function untilReady(port: number, server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
    try {
      await query(urlOf(port, 'postgres'), 'select 1');
      return;
    } catch {
      await new Promise((again) => setTimeout(again, 50));
    }
  }
}

async function end(server: ChildProcess, control: string, data: string, cwd: string): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = once(server, 'exit');
  // `runuser` does not pass signals on; the server's own program knows its pid.
  run([control, '-D', data, '-m', 'immediate', '-W', 'stop'], cwd);
  await ended;
}

async function query(connectionString: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

function urlOf(port: number, database: string): string {
  return `postgres://sealift@127.0.0.1:${port}/${database}`;
}

/** One that nobody listens to now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : 0;
}
