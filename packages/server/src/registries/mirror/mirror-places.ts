import { SealiftError } from '@sealift/core/errors';
import type { RegistryClient } from '@sealift/oci/registry-client';
import type { CatalogueContent } from '../../catalogue/catalogue-content.ts';
import { type ContentPaths, imageBase, packBase } from '../../catalogue/content-paths.ts';
import type { RegistryLink } from '../../registry/registry-link.ts';
import type { Db } from '../../store/store.ts';
import type { ExternalRegistries } from '../external-registries.ts';
import { RemoteContent } from '../remote-content.ts';
import { readRegistry, type StoredRegistry } from '../stored-registry.ts';

/** A registry as mirrors read it or write to it. */
export interface MirrorPlace {
  readonly name: string;
  readonly client: RegistryClient;
  readonly paths: ContentPaths;
  readonly content: CatalogueContent;
}

/** The registries of the console. */
export interface MirrorRegistries {
  readonly own: Pick<RegistryLink, 'client' | 'content'>;
  readonly others: Pick<ExternalRegistries, 'open'>;
}

/** Nobody waits before a page: what passes may take its time, in milliseconds. */
const idleTimeoutMs = 60_000;

/** A registry with its login and its CA, as it is reached now. @throws NOT_FOUND, SECRET_KEY_* */
export async function mirrorPlace(
  db: Db,
  { own, others }: MirrorRegistries,
  name: string,
  cancel: AbortSignal,
): Promise<MirrorPlace> {
  const { embedded } = await readRegistry(db, name);
  const patient = { idleTimeoutMs, retryDelaysMs: undefined, cancel };
  if (embedded) return { name, client: own.client.with(patient), paths: { packBase, imageBase }, content: own.content };
  const { client, paths } = await others.open(name);
  const reached = { client: client.with(patient), paths };
  return { name, ...reached, content: new RemoteContent(reached) };
}

/**
 * Refuses what can't be mirrored before anything is begun.
 *
 * @throws NOT_FOUND, REGISTRY_MIRROR_REFUSED
 */
export async function refuseUnfit(db: Db, from: string, to: string): Promise<void> {
  const [source, target] = [await readRegistry(db, from), await readRegistry(db, to)];
  const refuse = (reason: string): never => {
    throw new SealiftError('REGISTRY_MIRROR_REFUSED', { values: { from, to, reason } });
  };
  if (whereIs(source) === whereIs(target)) refuse('both are the same place');
  if (target.settings?.push === false) refuse(`${to} is only pulled from, by its settings`);
}

function whereIs({ embedded, settings }: StoredRegistry): string {
  if (embedded || settings === null) return 'own';
  return JSON.stringify([settings.registry, settings.packBase, settings.imageBase]);
}
