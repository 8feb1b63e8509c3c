import type { StoragePort } from '@sealift/upgrade/ports/storage';
import { checkIdentity, repairIdentity } from './identity/repair.ts';
import type { StorageSides } from './sides.ts';

/** The storage identity of the cluster: what its API server says and what CNS says, compared. */
export function storagePort(sides: StorageSides): StoragePort {
  return {
    async identity(cancel) {
      const { clusterId = 'none', verdict, message } = await checkIdentity(await sides.open(cancel));
      return { clusterId, unique: verdict === 'unique', message };
    },
    async repairIdentity(cancel) {
      await repairIdentity(await sides.open(cancel));
    },
  };
}
