import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sealift/testkit/wait-until';
import { describe, expect, it, type TestContext, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000 });

// Tests run side by side: nearly all that they do is wait.

/** A folder, a server and the processes of one test. */
class Scene {
  readonly folder = mkdtempSync(join(tmpdir(), 'sealift-ends-'));
  readonly #servers: Server[] = [];
  readonly #children: ChildProcess[] = [];

  constructor() {
    mkdirSync(join(this.folder, 'trusted'));
    writeFileSync(join(this.folder, 'token'), 'a-token\n', { mode: 0o600 });
  }

  /** A server that ends no connection by itself. */
  async serve(listener: RequestListener): Promise<string> {
    const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, listener).listen(0, '127.0.0.1');
    this.#servers.push(server);
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('it has no port');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Starts `sealift` as a process of its own. */
  start(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
    const env = {
      PATH: process.env['PATH'],
      HOME: this.folder,
      DOCKER_CONFIG: this.folder,
      SEALIFT_TRUSTED_KEYS: join(this.folder, 'trusted'),
      ...more,
    };
    const main = fileURLToPath(new URL('../main.ts', import.meta.url));
    const started = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#children.push(started);
    const heard = { said: '' };
    started.stderr.on('data', (chunk: Buffer) => (heard.said += chunk.toString('utf8')));
    return { process: started, heard };
  }

  /** Runs `sealift` as a process of its own until it ends. */
  async run(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
    const { process: started, heard } = this.start(args, more);
    const [code] = (await once(started, 'exit')) as [number | null];
    return { code, said: heard.said };
  }

  async end(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One that ends with its test. */
function sceneOf({ onTestFinished }: TestContext): Scene {
  const scene = new Scene();
  onTestFinished(() => scene.end());
  return scene;
}

/** Refuses, and never finishes saying so, on a connection that it never ends. */
const refusing =
  (status: number): RequestListener =>
  (request, response) => {
    // A token service is there, and busy.
    const isToken = request.url?.startsWith('/token') === true;
    const realm = `Bearer realm="http://${request.headers.host}/token",service="s"`;
    response.writeHead(isToken ? 429 : status, { 'content-length': '1000', 'www-authenticate': realm });
    response.write('{');
  };

describe.concurrent('every command that talks to a server ends when it is refused, whatever is kept open', () => {
  const toConsole = [
    'status',
    'sync',
    'updates',
    'upgrade status',
    'upgrade layers',
    'profile show',
    'profile export -o',
    'upgrade start --to 4.2.13',
    'upgrade preflight',
    'upgrade resolve cni-calico --path mtu --take current',
    'upgrade confirm',
    'upgrade wait',
    'upgrade plan',
    'upgrade watch',
    'upgrade logs --follow',
    'upgrade evidence -o',
    'evidence keys',
    'evidence renew-key --reason lost',
    'platform adopt 4.2.12',
  ];
  const toVcenter = ['vsphere templates', 'vsphere role --create', 'vsphere import-template image.ova'];
  const fromRegistry = 'bundle create --dry-run --key vendor.key --pack docker://';
  const toRegistry = ['bundle inventory -o'];
  const commands: readonly [string, number][] = [
    ...toConsole.map((command): [string, number] => [command, 500]),
    ...toRegistry.flatMap((command): [string, number][] => [
      [command, 401],
      [command, 403],
    ]),
    ...toVcenter.map((command): [string, number] => [command, 403]),
    [fromRegistry, 401],
    [fromRegistry, 403],
  ];

  it.for(commands)('%s, answered %i', async ([command, status], context) => {
    const scene = sceneOf(context);
    const url = await scene.serve(refusing(status));
    const args = command.split(' ');
    if (args.at(-1) === '-o') args.push(join(scene.folder, 'output'));
    if (command === fromRegistry) {
      const key = join(scene.folder, 'vendor');
      await scene.run(['keys', 'generate', '--out', key]);
      args.splice(args.indexOf('vendor.key'), 1, `${key}.key`);
      args.push(`${String(args.pop())}${new URL(url).host}/packs/calico:3.26.1`);
    }
    const { code, said } = await scene.run(args, {
      SEALIFT_URL: url,
      SEALIFT_TOKEN: 'a-token',
      SEALIFT_VCENTER: url,
      SEALIFT_VCENTER_USERNAME: 'someone',
      SEALIFT_VCENTER_PASSWORD: 'a-password',
      ...(toRegistry.includes(command) ? { OCI_PACK_REGISTRY: url, OCI_IMAGE_REGISTRY: url } : {}),
    });
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/^(?:trying again .*\n)*error: .*\n(?:.*\n)* {2}code: (?:PLATFORM|REGISTRY|VSPHERE)_/),
    ]);
  });
});

describe.concurrent('a command that failed ends, whatever the server keeps open', () => {
  it('login, where the console refuses', async (context) => {
    const scene = sceneOf(context);
    const url = await scene.serve((_request, response) => response.writeHead(401, { 'content-length': '0' }).end());
    const { code, said } = await scene.run(['login', url, '--token-file', join(scene.folder, 'token')]);
    expect(code).toBe(1);
    expect(said).toContain('PLATFORM_LOGIN_REFUSED');
  });

  it('login, where the port speaks plain HTTP, with what to do and no word of Node.js', async (context) => {
    const scene = sceneOf(context);
    const url = await scene.serve((_request, response) => response.end());
    const secure = url.replace('http:', 'https:');
    const { code, said } = await scene.run(['login', secure, '--token-file', join(scene.folder, 'token')]);
    expect(code).toBe(1);
    expect(said).toContain('it speaks plain HTTP there, not HTTPS');
    expect(said).toContain('Check the port');
    expect(said).not.toMatch(/node\.?js|EPROTO|routines/i);
  });

  it('an inventory, where the registry refuses and never finishes saying so', async (context) => {
    const scene = sceneOf(context);
    const url = await scene.serve((_request, response) => {
      response.writeHead(401, { 'content-length': '10' });
      response.write('{');
    });
    const registries = { OCI_PACK_REGISTRY: url, OCI_IMAGE_REGISTRY: url };
    const { code, said } = await scene.run(
      ['bundle', 'inventory', '-o', join(scene.folder, 'inventory.json')],
      registries,
    );
    expect(code).toBe(1);
    expect(said).toContain('REGISTRY_UNAUTHORIZED');
  });
});

describe.concurrent('a command whose server is busy for ever', () => {
  /** It asks for more patience than a test has. */
  const busy: RequestListener = (_request, response) => {
    response.writeHead(503, { 'retry-after': '100' }).end('{"errors":[{"code":"UNKNOWN","message":"later"}]}');
  };
  const registries = (url: string) => ({ OCI_PACK_REGISTRY: url, OCI_IMAGE_REGISTRY: url });
  const vcenter = (url: string) => ({
    SEALIFT_VCENTER: url,
    SEALIFT_VCENTER_USERNAME: 'someone',
    SEALIFT_VCENTER_PASSWORD: 'a-password',
  });

  it.for([
    ['bundle inventory -o inventory.json', registries, 'attempt 2): the registry failed: 503 UNKNOWN: later'],
    ['bundle inventory --json -o inventory.json', registries, '"event":"retry"'],
    ['vsphere templates', vcenter, 'attempt 2): '],
  ] as const)(
    'says so (%s), whom it waits for and how long, and ends at once by Ctrl-C',
    async ([command, variables, text], context) => {
      const scene = sceneOf(context);
      const url = await scene.serve(busy);
      const { process: started, heard } = scene.start(command.split(' '), variables(url));
      await waitUntil('it says that it waits', () => heard.said.includes(text), 50_000);
      expect(heard.said).toContain(new URL(url).host);
      expect(heard.said).toMatch(/in (?:100|60) s|"delayMs":100000/);
      started.kill('SIGINT');
      const [code, endedBy] = (await once(started, 'exit')) as [number | null, NodeJS.Signals | null];
      // Ended by itself, not by the signal that follows where a command does not stop in time.
      expect([code, endedBy]).toEqual([expect.any(Number), null]);
      expect(heard.said).not.toContain('a-password');
    },
  );
});

describe.concurrent('a command that is asked to stop ends', () => {
  it.for(['SIGTERM', 'SIGINT'] as const)(
    'by %s, though it waits for whoever may write into a pipe',
    async (signal, context) => {
      const scene = sceneOf(context);
      const pipe = join(scene.folder, 'values.yaml');
      execFileSync('mkfifo', [pipe]);
      const args = ['merge', '--base', pipe, '--current', pipe, '--incoming', pipe];
      const { process: started } = scene.start(args);
      let end: number | undefined;
      try {
        // Nobody can open this end before the command has opened the other; nothing is ever written.
        await waitUntil('it reads', () => (end ??= writingEnd(pipe)) !== undefined, 50_000);
        started.kill(signal);
        const [, endedBy] = (await once(started, 'exit')) as [number | null, NodeJS.Signals | null];
        expect(endedBy).toBe(signal);
      } finally {
        if (end !== undefined) closeSync(end);
      }
    },
  );
});

/** Undefined as long as nobody reads the pipe (`ENXIO` of open(2)). */
function writingEnd(pipe: string): number | undefined {
  try {
    return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
