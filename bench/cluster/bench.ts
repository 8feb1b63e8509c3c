import { restoreRows } from './restore.ts';
import { upgradeRows } from './upgrade.ts';
import { wholeSiteRows } from './whole-site.ts';

/**
 * The engine at a real API server with 100 nodes and 60 layers, beside kubectl and what is demanded; and a restore of 1,000 objects.
 */
export const parts = { upgrade: upgradeRows, 'whole-site': wholeSiteRows, restore: restoreRows };
