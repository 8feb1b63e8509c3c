import { readStoredBucket } from '../backups/places/stored-bucket.ts';
import { notificationsOverview } from '../notifications/overview.ts';
import { readSignOn } from '../single-sign-on/stored-settings.ts';
import { readStoredSite } from '../site/stored-site.ts';
import type { Db } from '../store/store.ts';

/** A text of certificates that somebody has given with settings. */
export interface GivenCertificates {
  readonly where: string;
  readonly pem: string;
}

/** The CAs that the settings of the console hold. @throws RECORD_DAMAGED */
export async function givenCertificates(db: Db): Promise<GivenCertificates[]> {
  const [site, { bucket }, { settings: signOn }, told] = [
    await readStoredSite(db),
    await readStoredBucket(db),
    await readSignOn(db),
    await notificationsOverview(db),
  ];
  const receivers = told.subscriptions.map(({ name, target }) => ({
    where: `the webhook ${name}`,
    pem: target.via === 'webhook' ? target.ca : null,
  }));
  const all = [
    { where: 'vCenter', pem: site.document?.vcenter.ca ?? null },
    { where: 'the store of backups', pem: bucket?.ca ?? null },
    { where: 'single sign-on', pem: signOn?.ca ?? null },
    { where: 'the mail server', pem: told.mailServer.settings?.ca ?? null },
    ...receivers,
  ];
  return all.flatMap(({ where, pem }) => (pem === null ? [] : [{ where, pem }]));
}
