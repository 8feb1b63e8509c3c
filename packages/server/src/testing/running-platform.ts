import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPublicKey } from '@sealift/bundle/minisign';
import { journalPageSchema } from '@sealift/core/api';
import { type Release, templateName } from '@sealift/core/release';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { RegistryClient } from '@sealift/oci/registry-client';
import { hashOfValues } from '@sealift/upgrade/frozen';
import { type Simulator, type SimulatorOptions, startSimulator } from '@sealift/simulator/process';
import { journalOf, troubleOfJournal } from '@sealift/testkit/upgrade/journal-path';
import { type RunningConsole, startConsole } from '../app/console.ts';
import { assertDocumented } from './keep-contract.ts';
import { vendorKey } from './push-release.ts';

/** An answer of the API. */
export interface HttpAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

export const administrator = { username: 'admin', password: 'four random words here' };

/** A console with a signed-in administrator and a simulated cluster, over HTTP, in a folder of its own. */
export class RunningPlatform {
  readonly folder: string;
  console: RunningConsole;
  readonly #store: { databaseUrl?: string };
  #simulator: Simulator | undefined;
  token = '';

  private constructor(folder: string, running: RunningConsole, store: { databaseUrl?: string }) {
    this.#store = store;
    this.folder = folder;
    this.console = running;
  }

  /** @param databaseUrl a PostgreSQL server; without one the embedded store */
  static async start(databaseUrl?: string): Promise<RunningPlatform> {
    const folder = await mkdtemp(join(tmpdir(), 'sealift-console-'));
    const store = databaseUrl === undefined ? {} : { databaseUrl };
    const running = await startConsole({ dataDir: join(folder, 'data'), ...store });
    const platform = new RunningPlatform(folder, running, store);
    const token = running.setupUrl?.split('#token=')[1];
    const setup = await platform.call('POST', '/setup', { token, ...administrator });
    if (setup.status !== 201) throw new Error(JSON.stringify(setup.body));
    const cookie = setup.cookie;
    platform.token = (await platform.call('POST', '/tokens', { name: 'test' }, { cookie })).body.secret;
    await platform.call('POST', '/trusted-keys', { publicKey: formatPublicKey(vendorKey.publicKey) });
    return platform;
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${this.console.url}/api/v1${path}`, {
      method,
      headers: {
        ...(this.token === '' || headers['cookie'] !== undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: HttpAnswer = { status: response.status, body: text === '' ? null : JSON.parse(text) };
    const answered = Object.fromEntries(response.headers);
    assertDocumented({ method, path, status: answer.status, headers: answered, body: answer.body ?? '' });
    return { ...answer, cookie: response.headers.get('set-cookie')?.split(';', 1)[0] ?? '' };
  }

  registry(): RegistryClient {
    const registry = new URL(this.console.url).host;
    return new RegistryClient({
      registry,
      plainHttp: true,
      credential: basicCredential('ci', new Secret(this.token)),
      env: {},
    });
  }

  /** Syncs and waits for the end. */
  async sync() {
    await this.call('POST', '/registries/spectro-packs/sync');
    return this.until('/registries/spectro-packs', (body) => body.sync.state !== 'running').then((body) => body.sync);
  }

  /** Reads a path again and again until the condition holds; the test's own time limit ends it. */
  async until(path: string, holds: (body: HttpAnswer['body']) => boolean): Promise<HttpAnswer['body']> {
    for (;;) {
      const { body } = await this.call('GET', path);
      if (holds(body)) return body;
      await new Promise((next) => setTimeout(next, 20));
    }
  }

  /** Starts a cluster that runs the release with these values already, and the console again, connected to it. */
  async connectCluster(
    release: Release,
    values: Readonly<Record<string, string>>,
    objects: NonNullable<SimulatorOptions['initial']>['objects'] = [],
  ): Promise<void> {
    this.#simulator = await startSimulator({
      stateDir: join(this.folder, 'simulator'),
      speed: 200,
      initial: {
        kubernetes: release.spec.kubernetes.version,
        template: templateName(release.spec.nodeImage?.ova ?? ''),
        templateSha256: release.spec.nodeImage?.sha256 ?? null,
        objects,
        layers: release.spec.layers.map((layer) => ({
          ...layer,
          values: values[layer.pack] ?? '',
          valuesHash: hashOfValues(values[layer.pack] ?? ''),
        })),
      },
    });
    await this.restart();
  }

  /** Of the connected cluster. */
  get simulatorUrl(): string {
    if (this.#simulator === undefined) throw new Error('no cluster is connected');
    return this.#simulator.url;
  }

  /** How often the cluster was asked for something. */
  async clusterCalls(): Promise<number> {
    if (this.#simulator === undefined) throw new Error('no cluster is connected');
    return (await readFile(this.#simulator.callLog, 'utf8')).split('\n').length;
  }

  async restart(): Promise<void> {
    await this.console.close();
    this.console = await startConsole({
      dataDir: join(this.folder, 'data'),
      ...this.#store,
      ...(this.#simulator === undefined ? {} : { clusterUrl: this.#simulator.url }),
    });
  }

  async stop(): Promise<void> {
    // Some tests have closed the console already: then nothing can be asked.
    const stray = await this.#strayJournal().catch((error: unknown) =>
      error instanceof TypeError ? null : String(error),
    );
    await this.console.close();
    await this.#simulator?.close();
    await rm(this.folder, { recursive: true, force: true });
    if (stray !== null) throw new Error(stray);
  }

  /** Why one of its journals is no path of the lifecycle; null where each is. */
  async #strayJournal(): Promise<string | null> {
    if (this.token === '') return null;
    const { upgrades } = (await this.call('GET', '/upgrades')).body;
    for (const { id, plan } of upgrades) {
      const { entries } = journalPageSchema.parse((await this.call('GET', `/upgrades/${id}/journal?after=0`)).body);
      const trouble = troubleOfJournal(journalOf(id, entries), plan);
      if (trouble !== null) return `the journal of ${id}, ${trouble}`;
    }
    return null;
  }
}
