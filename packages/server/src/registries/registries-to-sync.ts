import { isSealiftError } from '@sealift/core/errors';
import { lostContent } from '../catalogue/completeness.ts';
import type { RegistriesToSync } from '../catalogue/registry-syncs.ts';
import { packRegistryName } from '../catalogue/sync-state.ts';
import type { RegistryLink } from '../registry/registry-link.ts';
import type { Db } from '../store/store.ts';
import type { EveryRegistry } from './every-registry.ts';
import type { ExternalRegistries } from './external-registries.ts';
import { RemoteContent } from './remote-content.ts';

/** The registries as syncs read them: the console's own where it lies, the others over HTTP. */
export function registriesToSync(
  db: Db,
  registries: {
    readonly own: Pick<RegistryLink, 'content'>;
    readonly others: ExternalRegistries;
    readonly every: EveryRegistry;
  },
): RegistriesToSync {
  const { own, others, every } = registries;
  return {
    names: async () => [packRegistryName, ...(await others.names())],
    intervals: () => others.intervals(),
    synced: (name) => {
      const elsewhere = every.without(name);
      const lost = () => lostContent(db, every.content).catch(unlessAway);
      if (name !== packRegistryName) {
        return { name, elsewhere, content: async () => new RemoteContent(await others.open(name)) };
      }
      // The installed release is looked for once, in all of them.
      return { name, elsewhere, content: async () => own.content, lost };
    },
  };
}

/** What another registry may hold is not lost, and is no failure of this one: the Summary says that it is not known. */
function unlessAway(error: unknown): undefined {
  if (!isSealiftError(error, 'REGISTRY_AWAY')) throw error;
}
