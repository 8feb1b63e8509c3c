import type { Check } from '@sealift/core/check';
import type { StoragePort } from '@sealift/upgrade/ports/storage';
import type { VCenterPort } from '@sealift/upgrade/ports/vcenter';
import { type UpgradeNeeds, vcenterChecks } from './checks/vcenter-checks.ts';
import type { SiteSettings } from './settings.ts';
import { StorageSides } from './storage/sides.ts';
import { storagePort } from './storage/storage-port.ts';
import { VcenterSession } from './vcenter/session.ts';
import { vcenterPort } from './vcenter/templates.ts';

/** A real site: its vCenter, and the storage of its cluster. */
export interface Site {
  readonly vcenter: VCenterPort;
  readonly storage: StoragePort;
  /** Of the vCenter. */
  readonly host: string;
  /** What of vCenter and storage has to hold for an upgrade, each looking now and changing nothing. */
  checks(needs: UpgradeNeeds): readonly Promise<Check>[];
  /** Logs out where there was a login. */
  close(): Promise<void>;
}

/** The adapters of a site behind the engine's ports; each connects when it is first needed. */
export function connectSite(settings: SiteSettings): Site {
  const session = new VcenterSession(settings);
  const sides = new StorageSides(session, settings);
  return {
    vcenter: vcenterPort(session, settings),
    storage: storagePort(sides),
    host: new URL(settings.url).host,
    checks: vcenterChecks(session, settings, sides),
    close: () => session.close(),
  };
}
