import { SealiftError } from '@sealift/core/errors';
import type { RegistryClient } from '@sealift/oci/registry-client';
import type { ContentPaths } from '../catalogue/content-paths.ts';
import type { SecretKeyPlace } from '../site/secret-key.ts';
import type { Db } from '../store/store.ts';
import { clientOf } from './registry-client.ts';
import { openPassword, readRegistries, readRegistry } from './stored-registry.ts';

/** Of a registry that is asked while somebody waits. */
const connections = 8;
const idleTimeoutMs = 15_000;
const retryDelaysMs = [500];

/** A registry that is not the console's own, and the way to it. */
export interface OpenRegistry {
  readonly name: string;
  readonly client: RegistryClient;
  readonly paths: ContentPaths;
}

/** The registries beside the console's own, as their settings are now; a client of each is kept for as long as they stay. */
export class ExternalRegistries {
  readonly db: Db;
  readonly key: SecretKeyPlace;
  readonly #open = new Map<string, OpenRegistry & { readonly of: string }>();
  /** Whoever reads through one of settings that were changed since may do so to its end. */
  readonly #left: RegistryClient[] = [];
  #isClosed = false;

  constructor(db: Db, key: SecretKeyPlace) {
    this.db = db;
    this.key = key;
  }

  /** The names of those that there are, in their order. */
  async names(): Promise<string[]> {
    const rows = await this.db
      .selectFrom('pack_registry')
      .select('name')
      .where('embedded', '=', false)
      .orderBy('name')
      .execute();
    return rows.map(({ name }) => name);
  }

  /** Names by how often each is read without being asked for, in minutes. */
  async intervals(): Promise<Map<string, number>> {
    const found = (await readRegistries(this.db)).map(({ name, settings }): [string, number] => {
      return [name, settings?.syncEveryMinutes ?? 0];
    });
    return new Map(found.filter(([, minutes]) => minutes > 0));
  }

  /** The way to one, as it is now. @throws NOT_FOUND, SECRET_KEY_* */
  async open(name: string): Promise<OpenRegistry> {
    const stored = await readRegistry(this.db, name);
    const { settings, sealed } = stored;
    if (settings === null)
      throw new SealiftError('NOT_FOUND', { values: { what: 'registry beside the console', name } });
    // A registry may have been removed, and another one added under its name.
    const of = JSON.stringify([settings, sealed]);
    const known = this.#open.get(name);
    if (known?.of === of) return known;
    const password = await openPassword(this.key, stored);
    if (this.#isClosed) throw new SealiftError('CANCELLED');
    const client = clientOf(settings, password, { connections, idleTimeoutMs, retryDelaysMs });
    const opened = { name, client, paths: settings, of };
    const before = this.#open.get(name);
    if (before !== undefined) this.#left.push(before.client);
    this.#open.set(name, opened);
    return opened;
  }

  /** Ends every connection; what is under way fails. */
  close(): void {
    this.#isClosed = true;
    for (const { client } of this.#open.values()) client.close();
    for (const client of this.#left) client.close();
  }
}
