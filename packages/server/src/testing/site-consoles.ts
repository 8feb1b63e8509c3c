import type { SiteCheck } from '@sealift/core/site';
import type { SiteSettings } from '@sealift/site/settings';
import type { FastifyInstance } from 'fastify';
import { newSetupToken } from '../accounts/setup.ts';
import { buildApp } from '../app/build-app.ts';
import { composeConsole, type ComposeSettings } from '../app/compose.ts';
import type { Store } from '../store/store.ts';
import { TestClient } from './test-client.ts';

/** Consoles of one store whose looks at a site find what a test says. */
export class SiteConsoles {
  /** Settings that were looked at. */
  readonly looked: SiteSettings[] = [];
  /** What the next look finds. */
  found: readonly SiteCheck[];
  readonly #store: Store;
  readonly #dataDir: string;
  readonly #apps: FastifyInstance[] = [];

  constructor(store: Store, dataDir: string, found: readonly SiteCheck[]) {
    this.#store = store;
    this.#dataDir = dataDir;
    this.found = found;
  }

  async open(more: Partial<ComposeSettings> = {}) {
    const settings = { dataDir: this.#dataDir, simulatorUrl: undefined, site: undefined, ...more };
    const composed = composeConsole(this.#store, settings, () => undefined);
    const look = (settings: SiteSettings) => {
      this.looked.push(settings);
      return Promise.resolve(this.found);
    };
    const parts = { ...composed, site: { ...composed.site, look } };
    const app = await buildApp({ parts });
    this.#apps.push(app);
    return { app, parts };
  }

  /** Opens a console, and makes its first administrator. */
  async signedIn(more: Partial<ComposeSettings> = {}): Promise<TestClient> {
    const { app } = await this.open(more);
    const client = new TestClient(app);
    const token = await newSetupToken(this.#store.db);
    await client.call('POST', '/setup', { token, username: 'admin', password: 'four random words here' });
    return client;
  }

  async close(): Promise<void> {
    for (const app of this.#apps.splice(0)) await app.close();
  }
}

/** A kubeconfig of one login. */
export const kubeconfig = (server: string, token = 't0ken'): string =>
  JSON.stringify({
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'c',
  });

export const noPlaces = {
  datacenter: null,
  folder: null,
  cluster: null,
  resourcePool: null,
  datastore: null,
  network: 'VM Network',
};
export const vcenter = { url: 'https://vc.example', username: 'admin@vsphere.local', ca: null, thumbprint: null };

/** The first settings of a site. */
export const siteRequest = {
  revision: 0,
  vcenter: { ...vcenter, password: 'pa55word' },
  places: noPlaces,
  enterprise: { text: kubeconfig('https://k.example:6443') },
  management: null,
  clusterName: { namespace: 'mgmt', name: 'c1' },
};
