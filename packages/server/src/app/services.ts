import type { RegistrySync } from '../catalogue/registry-sync.ts';
import type { EngineRunner } from '../engine/engine-runner.ts';
import type { EventBus } from '../notify/event-bus.ts';
import type { ClusterConnection } from '../platform/cluster.ts';
import type { RegistryCare } from '../registry/registry-care.ts';
import type { RegistryLink } from '../registry/registry-link.ts';
import type { Store } from '../store/store.ts';

/** What the routes work with. */
export interface ConsoleServices {
  readonly store: Store;
  readonly events: EventBus;
  readonly registry: RegistryLink;
  readonly registryCare: RegistryCare;
  readonly sync: RegistrySync;
  readonly cluster: ClusterConnection;
  readonly engine: Pick<EngineRunner, 'start'>;
  /** Where backups are written. */
  readonly backupFolder: string;
}
