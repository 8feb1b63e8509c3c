import type { BackupPort } from './backup.ts';
import type { ClusterPort } from './cluster.ts';
import type { ConsolePort } from './console.ts';
import type { ContentPort } from './content.ts';
import type { DeclaredPort } from './declared.ts';
import type { GatewaysPort } from './gateways.ts';
import type { ProvidersPort } from './providers.ts';
import type { StoragePort } from './storage.ts';
import type { StoredVersionsPort } from './stored-versions.ts';
import type { VCenterPort } from './vcenter.ts';

/** Everything outside that a step can act on. */
export interface Ports {
  readonly vcenter: VCenterPort;
  readonly storage: StoragePort;
  readonly storedVersions: StoredVersionsPort;
  readonly declared: DeclaredPort;
  readonly cluster: ClusterPort;
  readonly providers: ProvidersPort;
  readonly gateways: GatewaysPort;
  readonly backup: BackupPort;
  readonly console: ConsolePort;
  readonly content: ContentPort;
}
