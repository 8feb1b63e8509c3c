import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPublicKey } from '@sealift/bundle/minisign';
import { ApiClient } from '@sealift/cli/api-client';
import { jsonLine, type Service, startService } from '@sealift/cli/demo/child-process';
import {
  createdTokenSchema,
  type MirrorState,
  mirrorStateSchema,
  packRegistrySchema,
  trustedKeySchema,
} from '@sealift/core/api';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { RegistryClient } from '@sealift/oci/registry-client';
import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import type { Peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import { z } from 'zod';
import { pinnedContent } from '../../../packages/server/src/catalogue/pinned-content.ts';
import { pushRelease, vendorKey } from '../../../packages/server/src/testing/push-release.ts';
import { sealift } from '../../setup/sealift.ts';
import { type RegistryLine, startRegistryLine } from './registry-line.ts';

const readySchema = z.object({ url: z.string(), setupUrl: z.string().nullable() });
type Ready = z.output<typeof readySchema>;
const version = '4.2.12';
/** Of the largest blob. */
export const largestBytes = 6 * 2 ** 20;

/** A console as a process of its own that holds a release, and a docker-registry behind a line, empty. */
export class MirrorSite {
  readonly docker: DockerRegistry;
  readonly line: RegistryLine;
  /** Digest by the name that the second registry has to have for it. */
  readonly wanted: ReadonlyMap<string, string>;
  /** The largest blob of the release, as the line names it. */
  readonly largest: string;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #token: Secret;
  #console: Service<Ready>;

  private constructor(
    parts: Pick<MirrorSite, 'docker' | 'line' | 'wanted' | 'largest'>,
    own: { folder: string; env: NodeJS.ProcessEnv; token: Secret; console: Service<Ready> },
  ) {
    this.docker = parts.docker;
    this.line = parts.line;
    this.wanted = parts.wanted;
    this.largest = parts.largest;
    this.#folder = own.folder;
    this.#env = own.env;
    this.#token = own.token;
    this.#console = own.console;
  }

  /** @param databaseUrl without one the embedded store */
  static async start(dockerRegistry: Peer, databaseUrl?: string): Promise<MirrorSite> {
    const folder = mkdtempSync(join(tmpdir(), 'sealift-mirror-site-'));
    const home = { HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), XDG_STATE_HOME: join(folder, 'state') };
    const env = { ...process.env, ...home, ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }) };
    const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
    try {
      const docker = await startDockerRegistry(dockerRegistry);
      undo.push(() => docker.stop());
      const line = await startRegistryLine(docker.registry);
      undo.push(() => line.close());
      const running = await startConsole(folder, env, 0);
      undo.push(() => running.stop());
      const token = await firstToken(running.ready, env);
      const { wanted, largest } = await fill(running.ready.url, token);
      const site = new MirrorSite({ docker, line, wanted, largest }, { folder, env, token, console: running });
      await site.#prepare();
      return site;
    } catch (error) {
      for (const step of undo.toReversed()) await step();
      throw error;
    }
  }

  get api(): ApiClient {
    return new ApiClient({ url: this.url, token: this.#token, env: this.#env, cancel: new AbortController().signal });
  }

  get url(): string {
    return this.#console.ready.url;
  }

  /** For programs that people run against the console. */
  get env(): NodeJS.ProcessEnv {
    return { ...this.#env, SEALIFT_URL: this.url, SEALIFT_TOKEN: this.#token.reveal() };
  }

  /** Begins a mirror of all that the console's own registry has a marker of. */
  async begin(): Promise<MirrorState> {
    return await this.api.post('/api/v1/registry-mirror', { from: 'spectro-packs', to: 'theirs' }, mirrorStateSchema);
  }

  async state(): Promise<MirrorState> {
    return await this.api.get('/api/v1/registry-mirror', mirrorStateSchema);
  }

  /** Waits until a mirror has ended, however it did. */
  async ended(withinMs = 60_000): Promise<MirrorState> {
    return await waitUntil(
      'the end of the mirror',
      async () => {
        const state = await this.state();
        return state.state !== 'running' && state;
      },
      withinMs,
    );
  }

  /** What the audit log has of mirrors, oldest first. */
  async told(): Promise<readonly { readonly action: string; readonly details: unknown }[]> {
    const schema = z.object({ entries: z.array(z.object({ action: z.string(), details: z.unknown() })) });
    const { entries } = await this.api.get('/api/v1/audit?limit=200', schema);
    return entries.filter(({ action }) => action.startsWith('pack-registry.mirror'));
  }

  /** Takes everything from the second registry again. */
  async empty(): Promise<void> {
    await this.docker.kill();
    rmSync(join(this.docker.folder, 'data'), { recursive: true, force: true });
    await this.docker.again();
    this.line.at = () => Promise.resolve();
    this.line.taken.length = 0;
  }

  get console(): Service<Ready> {
    return this.#console;
  }

  /** SIGKILL of the console. */
  async kill(): Promise<void> {
    await this.#console.kill();
  }

  /** Starts a console that was killed again, where it was. */
  async again(): Promise<Service<Ready>> {
    this.#console = await startConsole(this.#folder, this.#env, Number(new URL(this.url).port));
    return this.#console;
  }

  async remove(): Promise<void> {
    await this.#console.stop();
    await this.line.close();
    await this.docker.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #prepare(): Promise<void> {
    await this.api.post('/api/v1/trusted-keys', { publicKey: formatPublicKey(vendorKey.publicKey) }, trustedKeySchema);
    const login = { username: null, plainHttp: true, ca: null, allowedOrigins: [], push: true, syncEveryMinutes: null };
    const settings = { registry: this.line.registry, packBase: 'team/packs', imageBase: 'team/images', ...login };
    await this.api.post('/api/v1/registries', { name: 'theirs', ...settings }, packRegistrySchema);
    // What was tried when it was added.
    this.line.taken.length = 0;
  }
}

async function startConsole(folder: string, env: NodeJS.ProcessEnv, port: number): Promise<Service<Ready>> {
  const args = ['server', 'run', '--json', '--data', join(folder, 'data'), '--listen', `127.0.0.1:${port}`];
  const described = { name: 'the system console', command: sealift, args, env, cwd: folder };
  return await startService(described, jsonLine(readySchema));
}

async function firstToken({ url, setupUrl }: Ready, env: NodeJS.ProcessEnv): Promise<Secret> {
  const cancel = new AbortController().signal;
  const link = new URLSearchParams(new URL(setupUrl ?? 'http://none/').hash.slice(1)).get('token');
  const account = { token: link, username: 'admin', password: 'four random words here' };
  const cookie = await new ApiClient({ url, env, cancel }).openSession('/api/v1/setup', account);
  const session = new ApiClient({ url, cookie, env, cancel });
  return new Secret(
    (await session.post('/api/v1/tokens', { name: 'test', expiresInDays: 1 }, createdTokenSchema)).secret,
  );
}

/** Pushes a release to a console's own registry. */
async function fill(url: string, token: Secret): Promise<Pick<MirrorSite, 'wanted' | 'largest'>> {
  const credential = basicCredential('ci', token);
  const client = new RegistryClient({ registry: new URL(url).host, plainHttp: true, credential, env: {} });
  try {
    const { release, marker } = await pushRelease(client, {
      version,
      kubernetes: '1.26.10',
      upgradesFrom: '>=4.1.0 <4.2.12',
      cniValues: 'mtu: 1\n',
      gateway: { version: '1.0.0', minimum: '1.0.0', executable: randomBytes(largestBytes) },
    });
    const [tool] = release.spec.tools ?? [];
    const wanted = new Map<string, string>([[`team/packs/sealift-catalog:release-harbor_view-${version}`, marker]]);
    let largest = '';
    for (const { repository, tag, digest } of pinnedContent('sealift/packs', release)) {
      const there = repository.replace(/^sealift/, 'team');
      wanted.set(`${there}:${tag}`, digest);
      if (digest === tool?.digest) largest = `blob ${there}@sha256:${tool.sha256}`;
    }
    return { wanted, largest };
  } finally {
    client.close();
  }
}
