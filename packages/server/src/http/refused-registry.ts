import { SealiftError } from '@sealift/core/errors';
import type { RegistryCheck } from '@sealift/oci/try-registry';

/** Settings and login that a registry is not stored with, with all that was tried. */
export class RefusedRegistry extends SealiftError<'REGISTRY_SETTINGS_REFUSED'> {
  readonly checks: readonly RegistryCheck[];

  /** @param failed the check that is named */
  constructor(registry: string, failed: RegistryCheck, checks: readonly RegistryCheck[]) {
    super('REGISTRY_SETTINGS_REFUSED', {
      values: { registry, reason: failed.detail },
      ...(failed.remedy === undefined ? {} : { hint: failed.remedy }),
    });
    this.checks = checks;
  }
}
