import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { readBounded } from '@sealift/oci/verify-stream';
import { type ServedRegistry, serveRegistry } from '../serve.ts';
import { userAccess } from '../users.ts';

export const password = 'a password, with : and spaces';

/** A registry and a home for command line clients, both for one test. */
export interface ClientHome {
  readonly folder: string;
  readonly served: ServedRegistry;
  /** Runs a program there. @returns what it printed @throws with its complaint when it fails */
  readonly run: (program: string, args: readonly string[], input?: string) => Promise<string>;
  end(): Promise<void>;
}

/** @param tokens whether clients are asked for tokens or for Basic */
export async function makeClientHome(tokens: boolean, anonymous: 'none' | 'pull' = 'none'): Promise<ClientHome> {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-client-'));
  const users = [
    { name: 'writer', password: new Secret(password), access: 'push' },
    { name: 'reader', password: new Secret(password), access: 'pull' },
  ] as const;
  const authorize = userAccess(users, anonymous);
  const served = await serveRegistry({
    storageDir: join(folder, 'storage'),
    host: '127.0.0.1',
    port: 0,
    authorize,
    tokens,
  });
  const env = { PATH: process.env['PATH'], HOME: folder, DOCKER_CONFIG: join(folder, 'docker'), HELM_NO_PLUGINS: '1' };
  return {
    folder,
    served,
    run: async (program, args, input = '') => {
      const child = spawn(program, args, { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] });
      const ended = new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', resolve);
      });
      child.stdin.on('error', () => undefined).end(input);
      const [output, complaint] = await Promise.all([
        readBounded(child.stdout, 10_000_000, 'the output'),
        readBounded(child.stderr, 10_000_000, 'the complaint'),
      ]);
      const code = await ended;
      if (code === 0) return output.toString('utf8').trim();
      throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${complaint.toString('utf8').slice(-2000)}`);
    },
    end: async () => {
      await served.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
