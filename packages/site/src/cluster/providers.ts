import type { Check } from '@sealift/core/check';
import { SealiftError } from '@sealift/core/errors';
import { block, pass, runCheck } from '@sealift/upgrade/preflight/check';
import type { ProvidersPort } from '@sealift/upgrade/ports/providers';
import type { UpgradeNeeds } from '../checks/vcenter-checks.ts';

/** The Cluster API providers of a real cluster: this version does not upgrade them, and says so before anything is confirmed. */
export const providersPort: ProvidersPort = {
  status: () => Promise.reject(unsupported()),
  apply: () => Promise.reject(unsupported()),
};

/** Blocks an upgrade that would have to upgrade them. */
export function providersCheck({ providers }: Pick<UpgradeNeeds, 'providers'>): Promise<Check> {
  return runCheck('cluster-api-providers', 'The Cluster API providers can stay as they are', () =>
    providers
      ? block(
          unsupported().message,
          'Upgrade them with clusterctl, and install a release whose providers are those that run.',
        )
      : pass('The release asks for no others'),
  );
}

function unsupported(): SealiftError {
  return new SealiftError('STEP_UNSUPPORTED', {
    values: { what: 'the upgrade of the Cluster API providers of a real cluster' },
  });
}
