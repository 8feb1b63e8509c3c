import { copyFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Service, startService } from '@sealift/cli/demo/child-process';
import type { DemoContext } from '@sealift/cli/demo/demo-context';
import { run } from '../sealift.ts';

/** The file server of a support host that was set up by its command, and who may log in to it. */
export interface SupportHost {
  readonly username: string;
  readonly password: string;
  readonly caFile: string;
  /** Puts a file there, as the vendor's medium is copied. @returns its address */
  keep(file: string, name: string): Promise<string>;
  stop(): Promise<void>;
}

/** `sealift airgap setup`, by the command that a bundle set up on this machine, and its file server. */
export async function startSupportHost({ env, folder, cancel }: DemoContext): Promise<SupportHost> {
  const command = join(env['SEALIFT_BIN_DIR'] ?? '', 'sealift');
  const dir = join(folder.path, 'support-host');
  const [registry, files] = await Promise.all([freePort(), freePort()]);
  const ports = ['--registry-port', String(registry), '--files-port', String(files)];
  const args = ['airgap', 'setup', 'localhost', '--dir', dir, '--listen', '127.0.0.1', ...ports];
  const done = await run(command, args, { env, cwd: folder.path });
  const [, password] = /^ {2}reader +(\w{32})$/m.exec(done.stdout) ?? [];
  if (done.code !== 0 || password === undefined) throw new Error(`${done.stdout}\n${done.stderr}`);
  const server: Service<true> = await startService(
    { name: 'the file server', command, args: ['airgap', 'serve', 'files', '--dir', dir], env, cwd: dir, cancel },
    (line) => (line.startsWith('File server https://') ? true : undefined),
  );
  const caFile = join(dir, 'ca.pem');
  const login = `machine localhost login reader password ${password}\n`;
  await writeFile(join(env['HOME'] ?? '', '.netrc'), login, { mode: 0o600 });
  return {
    username: 'reader',
    password,
    caFile,
    async keep(file, name) {
      await copyFile(file, join(dir, 'files', name));
      return `https://localhost:${files}/bundles/${name}`;
    },
    stop: () => server.stop(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
