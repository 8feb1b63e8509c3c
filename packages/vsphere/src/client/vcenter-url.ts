import { SealiftError } from '@sealift/core/errors';
import { isLoopbackHost } from '@sealift/io/http/loopback';

/**
 * The origin of a vCenter. A name without a scheme is taken as HTTPS; plain HTTP is for this machine only.
 *
 * @throws VSPHERE_URL_INVALID also when it carries a user name or password, which would end up in histories and logs
 */
export function parseVcenterUrl(given: string): URL {
  const text = given.includes('://') ? given : `https://${given}`;
  const refuse = (reason: string): SealiftError =>
    new SealiftError('VSPHERE_URL_INVALID', { values: { url: shown(given), reason } });
  if (!URL.canParse(text)) throw refuse('it is no URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw refuse('it carries a user name or password');
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    throw refuse('plain HTTP is only for the machine itself');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('it is not HTTPS');
  return new URL('/', url);
}

function shown(given: string): string {
  return JSON.stringify(given.replace(/\/\/[^@/]*@/, '//***@').slice(0, 200));
}
