import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Service } from '@sealift/cli/demo/child-process';
import { type ConsoleReady, startConsoleServer } from '@sealift/cli/demo/demo-services';
import { syncRegistry } from '@sealift/cli/demo/platform';
import { type Upgrade, upgradeSchema } from '@sealift/core/api';
import { type Simulator, startSimulator } from '@sealift/simulator/process';
import { type CuttingProxy, type PassingRequest, startCuttingProxy } from '@sealift/testkit/cutting-proxy';
import { waitUntil } from '@sealift/testkit/wait-until';
import { effectOnSimulator } from './effects.ts';
import type { TestEnvironment } from './environment.ts';

const parts = ['console', 'simulator'] as const;

/** What is done when an effect on the cluster is about to happen, and when it has happened and nobody was told; one that throws cuts the request. */
export type AtEffect = (when: 'before' | 'after', effect: string) => Promise<void>;

/** A platform on the simulator with an upgrade that waits for Confirm. Each beginning is at a copy of that point, with processes of its own. */
export class PreviewedPoint {
  readonly #site: TestEnvironment;
  /** Of the upgrade. */
  readonly id: string;
  #simulator: Simulator | undefined;
  #proxy: CuttingProxy | undefined;
  #server: Service<ConsoleReady> | undefined;
  #atEffect: AtEffect = () => Promise.resolve();

  private constructor(site: TestEnvironment, id: string) {
    this.#site = site;
    this.id = id;
  }

  /** Previews the upgrade to 4.2.13, then stops everything. */
  static async reach(site: TestEnvironment): Promise<PreviewedPoint> {
    await syncRegistry(site.administrator.api, site.context.cancel);
    const { id } = await site.administrator.api.post('/api/v1/upgrades', { to: '4.2.13' }, upgradeSchema);
    await site.stop();
    const point = new PreviewedPoint(site, id);
    for (const part of parts) await cp(point.file(part), point.file(`${part}-before`), { recursive: true });
    return point;
  }

  /** The client of the administrator, who goes on calling the address that the console had before. */
  get api() {
    return this.#site.administrator.api;
  }

  /** What the simulator was asked to do since the beginning. */
  get callLog(): string {
    if (this.#simulator === undefined) throw new Error('it has not begun');
    return this.#simulator.callLog;
  }

  /** A path in the folder of the site. */
  file(...names: readonly string[]): string {
    return join(this.#site.context.folder.path, ...names);
  }

  /** Starts a simulator, and a console, on a copy of the point. */
  async begin(atEffect: AtEffect): Promise<void> {
    this.#atEffect = atEffect;
    for (const part of parts) {
      await rm(this.file(part), { recursive: true, force: true });
      await cp(this.file(`${part}-before`), this.file(part), { recursive: true });
    }
    this.#simulator = await startSimulator({ stateDir: this.file('simulator'), speed: 200 });
    const hook = (when: 'before' | 'after') => async (passing: PassingRequest) => {
      const effect = effectOnSimulator(passing);
      if (effect !== null) await this.#atEffect(when, effect);
    };
    this.#proxy = await startCuttingProxy(this.#simulator.url, { before: hook('before'), after: hook('after') });
    await this.startServer();
  }

  async startServer(): Promise<void> {
    if (this.#proxy === undefined) throw new Error('it has not begun');
    const { context, console, built } = this.#site;
    this.#server = await startConsoleServer(context, {
      cluster: { consoleArgs: ['--simulator', this.#proxy.url], consoleEnv: {} },
      pages: built.pages,
      port: Number(new URL(console.ready.url).port),
    });
  }

  async killServer(): Promise<void> {
    await this.#server?.kill();
  }

  async confirm(): Promise<void> {
    const { hash } = await this.read();
    await this.api.postOnly(`/api/v1/upgrades/${this.id}/confirm`, { hash });
  }

  read(): Promise<Upgrade> {
    return this.api.get(`/api/v1/upgrades/${this.id}`, upgradeSchema);
  }

  /** Asks until it is in that state, also while the console is away. @throws Error when it is in one that is not on the way there */
  until(state: Upgrade['state'], through: readonly Upgrade['state'][]): Promise<Upgrade> {
    return waitUntil(
      `the upgrade to be ${state}`,
      async () => {
        const upgrade = await this.read();
        if (upgrade.state === state) return upgrade;
        if (!through.includes(upgrade.state)) throw new Error(`${upgrade.state}: ${upgrade.failure?.message}`);
        return undefined;
      },
      300_000,
    );
  }

  /** Stops what was begun. */
  async end(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
    await this.#proxy?.close();
    await this.#simulator?.close();
  }
}
