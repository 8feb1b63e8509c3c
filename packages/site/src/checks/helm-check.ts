import type { Check } from '@sealift/core/check';
import { isSealiftError } from '@sealift/core/errors';
import { type HelmOptions, HelmProgram } from '@sealift/kubernetes/helm-program';
import { block, pass, runCheck } from '@sealift/upgrade/preflight/check';
import type { UpgradeNeeds } from './vcenter-checks.ts';

/**
 * Whether helm is there where it is needed, of the version that charts are applied with, and the one that was signed where it came with a
 * bundle.
 */
export function helmCheck(options: HelmOptions | undefined, needs: Pick<UpgradeNeeds, 'helm'>): Promise<Check> {
  return runCheck('helm', 'Helm 4 is there to apply charts', async (cancel) => {
    try {
      const { path, version } = await HelmProgram.open(options, cancel);
      return pass(`${version} at ${path}`);
    } catch (error) {
      if (!isSealiftError(error, 'HELM_MISSING') && !isSealiftError(error, 'HELM_OTHER')) throw error;
      if (!(await needs.helm())) return pass('No pack of this upgrade has charts');
      // Not unknown: without it the upgrade would stop in its middle.
      return block(error.message, error.hint);
    }
  });
}
