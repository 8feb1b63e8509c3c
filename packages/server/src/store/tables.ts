import type { AccessTables } from './tables/access.ts';
import type { BackupsTables } from './tables/backups.ts';
import type { CatalogueTables } from './tables/catalogue.ts';
import type { GatewaysTables } from './tables/gateways.ts';
import type { NotificationsTables } from './tables/notifications.ts';
import type { SiteTables } from './tables/site.ts';
import type { UpgradesTables } from './tables/upgrades.ts';

/** The tables of the store. Columns that hold JSON as text are hashed or compared byte for byte, so no database may re-print them. */
export interface Tables
  extends AccessTables,
    BackupsTables,
    CatalogueTables,
    GatewaysTables,
    NotificationsTables,
    SiteTables,
    UpgradesTables {}
