import { SealiftError } from '@sealift/core/errors';
import type { SiteCheck } from '@sealift/core/site';

/** Settings that do not lead to the site, with all that was looked at. */
export class RefusedSettings extends SealiftError<'SITE_SETTINGS_REFUSED'> {
  readonly checks: readonly SiteCheck[];

  /** @param failed the look that is named first */
  constructor(failed: SiteCheck, checks: readonly SiteCheck[]) {
    super('SITE_SETTINGS_REFUSED', {
      place: `body.${failed.field}`,
      values: { reason: failed.detail },
      ...(failed.remedy === undefined ? {} : { hint: failed.remedy }),
    });
    this.checks = checks;
  }
}
