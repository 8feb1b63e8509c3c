import type { GatewaysPort } from '@sealift/upgrade/ports/gateways';
import type { BackupKeeper } from '../backups/backup-keeper.ts';
import type { RegistryAccess } from '../catalogue/registry-access.ts';
import type { EngineRunner } from '../engine/engine-runner.ts';
import type { EventBus } from '../notify/event-bus.ts';
import type { ClusterPorts } from '../platform/cluster.ts';
import type { SwitchedCluster } from '../platform/switched-cluster.ts';
import type { Rehearsals } from './rehearsal/rehearsals.ts';
import type { Store } from '../store/store.ts';

/** What drafts, their preflight and what follows a confirmation work with. */
export interface UpgradeServices {
  readonly store: Pick<Store, 'db'>;
  readonly events: EventBus;
  readonly registry: RegistryAccess;
  readonly cluster: ClusterPorts & Pick<SwitchedCluster, 'checks'>;
  readonly engine: Pick<EngineRunner, 'start'>;
  readonly gateways: { readonly port: GatewaysPort };
  readonly rehearsals: Pick<Rehearsals, 'begin'>;
  /** Where backups are kept. */
  readonly backups: Pick<BackupKeeper, 'places'>;
}
