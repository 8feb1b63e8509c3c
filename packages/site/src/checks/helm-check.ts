import type { Check } from '@sealift/core/check';
import { isSealiftError } from '@sealift/core/errors';
import { type HelmOptions, HelmProgram } from '@sealift/kubernetes/helm-program';
import { block, pass, runCheck } from '@sealift/upgrade/preflight/check';

/** Whether helm is there, of the version that charts are applied with, and the one that was signed where it came with a bundle. */
export function helmCheck(options: HelmOptions | undefined): Promise<Check> {
  return runCheck('helm', 'Helm 4 is there to apply charts', async (cancel) => {
    try {
      const { path, version } = await HelmProgram.open(options, cancel);
      return pass(`${version} at ${path}`);
    } catch (error) {
      // Not unknown: without it the upgrade would stop in its middle.
      if (isSealiftError(error, 'HELM_MISSING') || isSealiftError(error, 'HELM_OTHER')) {
        return block(error.message, error.hint);
      }
      throw error;
    }
  });
}
