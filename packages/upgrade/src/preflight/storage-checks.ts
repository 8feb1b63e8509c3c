import type { Check } from '@sealift/core/check';
import type { StoragePort } from '../ports/storage.ts';
import { block, type Finding, pass, runCheck } from './check.ts';

/** No other cluster on the vCenter uses the id under which this one's volumes are known. */
export function storageIdentityUnique(storage: StoragePort): Promise<Check> {
  const title = 'No other cluster shares the id of this one’s volumes';
  return runCheck('storage-identity', title, (cancel) => identityFinding(storage, cancel));
}

/** The same, as the finding of another check: a release may declare it as the risk of a step. */
export async function identityFinding(storage: StoragePort, cancel: AbortSignal): Promise<Finding> {
  const { unique, message } = await storage.identity(cancel);
  if (unique) return pass(message);
  return block(message, 'Run sealift vsphere cns check, then sealift vsphere cns repair --apply.');
}
