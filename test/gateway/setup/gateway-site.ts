import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPublicKey } from '@sealift/bundle/minisign';
import type { GatewayList, GatewayView } from '@sealift/core/api';
import { waitUntil } from '@sealift/testkit/wait-until';
import { pushRelease, type ReleaseSketch, vendorKey } from '../../../packages/server/src/testing/push-release.ts';
import { RunningPlatform } from '../../../packages/server/src/testing/running-platform.ts';

/** The longest that a test waits for a gateway: processes that start on a machine under load. */
const patienceMs = 60_000;

/** A real console whose releases bring gateways something to run, and gateways as real processes. */
export class GatewaySite {
  readonly platform: RunningPlatform;
  readonly folder: string;
  /** What gateways are installed with. */
  readonly installed: string;
  readonly #running = new Set<ChildProcess>();
  #minor = 0;

  private constructor(platform: RunningPlatform, folder: string, installed: string) {
    this.platform = platform;
    this.folder = folder;
    this.installed = installed;
  }

  /** @param executable what gateways are installed with */
  static async start(executable: Buffer): Promise<GatewaySite> {
    return GatewaySite.over(await RunningPlatform.start(), executable);
  }

  /** @param platform is stopped with the site */
  static over(platform: RunningPlatform, executable: Buffer): GatewaySite {
    const folder = mkdtempSync(join(tmpdir(), 'sealift-gateways-'));
    const installed = join(folder, 'sealift');
    writeFileSync(installed, executable);
    chmodSync(installed, 0o755);
    mkdirSync(join(folder, 'keys'), { mode: 0o755 });
    writeFileSync(join(folder, 'keys', 'vendor.pub'), formatPublicKey(vendorKey.publicKey));
    return new GatewaySite(platform, folder, installed);
  }

  async stop(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL');
    await Promise.all([...this.#running].map((child) => ended(child)));
    await this.platform.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Pushes a release that brings gateways this, and asks them to go to it. @returns the release's version */
  async rollOut(gateway: ReleaseSketch['gateway'], alter?: ReleaseSketch['alter']): Promise<string> {
    const version = await this.release(gateway, alter);
    const { status, body } = await this.platform.call('POST', '/gateways/rollout', { release: version });
    if (status !== 200) throw new Error(JSON.stringify(body));
    return version;
  }

  async release(gateway: ReleaseSketch['gateway'], alter?: ReleaseSketch['alter']): Promise<string> {
    this.#minor += 1;
    const version = `5.${this.#minor}.0`;
    const client = this.platform.registry();
    try {
      await pushRelease(client, {
        version,
        kubernetes: '1.27.4',
        upgradesFrom: '>=4.0.0',
        cniValues: 'mtu: 1440\n',
        ...(gateway === undefined ? {} : { gateway }),
        ...(alter === undefined ? {} : { alter }),
      });
    } finally {
      client.close();
    }
    await this.platform.sync();
    return version;
  }

  /** A machine with a gateway that is registered, and not started. */
  async newGateway(name: string, { site = 'main', url = this.platform.console.url } = {}): Promise<Gateway> {
    const { body } = await this.platform.call('POST', '/gateways/invites', { name, site });
    const gateway = new Gateway(this, name, join(this.folder, name));
    const tokenFile = join(this.folder, `${name}.token`);
    writeFileSync(tokenFile, body.token);
    const run = gateway.run(['register', url, '--token-file', tokenFile]);
    const code = await ended(run.child);
    if (code !== 0) throw new Error(run.said());
    return gateway;
  }

  /** Starts a program of a gateway; whatever is left of it ends with the site. */
  spawn(program: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    const child = spawn(program, args, {
      env: { PATH: process.env['PATH'], SEALIFT_TRUSTED_KEYS: join(this.folder, 'keys'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
    return { child, said: () => Buffer.concat(said).toString('utf8') };
  }

  async list(): Promise<GatewayList> {
    return (await this.platform.call('GET', '/gateways')).body;
  }

  /** Waits until a gateway is seen so. */
  async until(name: string, holds: (gateway: GatewayView) => boolean): Promise<GatewayView> {
    let last: GatewayView | undefined;
    try {
      return await waitUntil(
        name,
        async () => {
          last = (await this.list()).gateways.find((one) => one.name === name);
          return last !== undefined && holds(last) ? last : undefined;
        },
        patienceMs,
      );
    } catch (error) {
      throw new Error(`${name} stays ${JSON.stringify(last)}`, { cause: error });
    }
  }
}

/** One gateway's machine. */
export class Gateway {
  readonly name: string;
  readonly data: string;
  readonly #site: GatewaySite;

  constructor(site: GatewaySite, name: string, data: string) {
    this.#site = site;
    this.name = name;
    this.data = data;
  }

  run(args: readonly string[], { program = this.#site.installed, env = {} } = {}) {
    return this.#site.spawn(program, ['gateway', ...args, '--data', this.data], env);
  }

  /** Starts it as a service does. A machine under load is slow to start anything: a short trial is for tests of what is longer than it. */
  start({ env = {}, trialSeconds = 90 }: { env?: Readonly<Record<string, string>>; trialSeconds?: number } = {}) {
    return this.run(['run', '--trial-seconds', String(trialSeconds), '--window-seconds', '1'], { env });
  }

  /** SHA-256 of what `current` leads to, which is read; null where there is no link. */
  current(): string | null {
    try {
      const target = readlinkSync(join(this.data, 'current'));
      readFileSync(join(this.data, 'current'));
      return target.replace(/^executables\//, '');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT' && !this.#hasLink()) return null;
      throw error;
    }
  }

  #hasLink(): boolean {
    try {
      readlinkSync(join(this.data, 'current'));
      return true;
    } catch {
      return false;
    }
  }
}

/** The code with which a program ends. */
export async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}
