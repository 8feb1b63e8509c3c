import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';

/** A real PostgreSQL server of a test's own, on loopback. */
export interface PostgresServer {
  /** Makes an empty database and answers its URL. */
  newDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root; then Debian's `postgres` user runs it. */
const asUser = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];

/** Starts a server in a temporary folder. @param path of the program `postgres` */
export async function startPostgres(path: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-postgres-'));
  chmodSync(folder, 0o777);
  const data = join(folder, 'data');
  const port = await freePort();
  run([join(dirname(path), 'initdb'), '-D', data, '-U', 'sealift', '--auth=trust', '-E', 'UTF8', '--no-sync'], folder);
  const options = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'];
  const [program = path, ...args] = [...asUser, path, ...options];
  const server = spawn(program, args, { cwd: folder, stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    await end(server, join(dirname(path), 'pg_ctl'), data, folder);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(port, server);
  } catch (error) {
    await stop();
    throw error;
  }
  let databases = 0;
  return {
    async newDatabase() {
      databases += 1;
      const name = `test${databases}`;
      await query(port, `create database ${name}`);
      return urlOf(port, name);
    },
    stop,
  };
}

function run(command: readonly string[], cwd: string): void {
  const [program = '', ...args] = [...asUser, ...command];
  execFileSync(program, args, { cwd, stdio: 'ignore' });
}

async function untilReady(port: number, server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
    try {
      return await query(port, 'select 1');
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

async function query(port: number, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(port, 'postgres') });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function urlOf(port: number, database: string): string {
  return `postgres://sealift@127.0.0.1:${port}/${database}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : 0;
}
