import type { Check } from '@sealift/core/check';
import { isSealiftError } from '@sealift/core/errors';
import { block, pass, runCheck } from '@sealift/upgrade/preflight/check';
import { type HelmChoice, openHelm } from '../cluster/layers/helm-of-release.ts';
import { lacksHelm } from './layers/lacks-helm.ts';
import type { UpgradeNeeds } from './vcenter-checks.ts';

/** Fetching it takes as long as some tens of megabytes do. */
const timeoutMs = 60_000;

/**
 * Whether helm is there where it is needed, of a version that charts are applied with: the one that each release brings, fetched and compared
 * now, else that of this machine.
 */
export function helmCheck(choice: HelmChoice, needs: Pick<UpgradeNeeds, 'helm' | 'releases'>): Promise<Check> {
  const look = async (cancel: AbortSignal) => {
    try {
      const found = new Set<string>();
      for (const release of needs.releases) {
        const { program, from } = await openHelm(choice, cancel, release);
        found.add(`${program.version} of ${from}, at ${program.path}`);
      }
      return pass([...found].join('; '));
    } catch (error) {
      if (!isSealiftError(error) || !lacksHelm(error)) throw error;
      if (!(await needs.helm())) return pass('No pack of this upgrade has charts');
      // Not unknown: without it the upgrade would stop in its middle.
      return block(error.message, error.hint);
    }
  };
  return runCheck('helm', 'Helm 4 is there to apply charts', look, { timeoutMs });
}
