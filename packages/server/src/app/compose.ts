import { join } from 'node:path';
import { RegistrySync } from '../catalogue/registry-sync.ts';
import { backupStore } from '../engine/backup-store.ts';
import { consoleState } from '../engine/console-state.ts';
import { contentRegistry } from '../engine/content-registry.ts';
import { EngineRunner } from '../engine/engine-runner.ts';
import { EventBus } from '../notify/event-bus.ts';
import { type ClusterSettings, connectCluster } from '../platform/cluster.ts';
import { RegistryCare } from '../registry/registry-care.ts';
import { RegistryLink } from '../registry/registry-link.ts';
import type { ConsoleServices } from './services.ts';
import type { Store } from '../store/store.ts';

/** Everything the console works with, put together over an open store. */
export function composeServices(
  store: Store,
  { dataDir, ...settings }: { readonly dataDir: string } & ClusterSettings,
  onEngineFailure: (error: unknown) => void,
): ConsoleServices & { readonly engine: EngineRunner } {
  const events = new EventBus();
  const registry = new RegistryLink();
  const cluster = connectCluster(settings);
  const backupFolder = join(dataDir, 'backups');
  const ports = {
    vcenter: cluster.vcenter,
    storage: cluster.storage,
    cluster: cluster.cluster,
    backup: backupStore(store.db, backupFolder, cluster.cluster),
    console: consoleState(store.db, events),
    content: contentRegistry(registry),
  };
  const engine = new EngineRunner(store, ports, events, onEngineFailure);
  return {
    store,
    events,
    registry,
    registryCare: new RegistryCare(store),
    sync: new RegistrySync(store, registry, events),
    cluster,
    engine,
    backupFolder,
  };
}
