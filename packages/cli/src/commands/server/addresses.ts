import { isIP } from 'node:net';
import { SealiftError } from '@sealift/core/errors';

/** Addresses only: whom a name stands for can change, and whoever is believed may say that he is anybody. @throws USAGE */
export function checkTrustedProxy(text: string): void {
  for (const part of text.split(',')) {
    const [address = '', bits, ...others] = part.trim().split('/');
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    const isRange = bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= most);
    if (most > 0 && isRange && others.length === 0) continue;
    throw new SealiftError('USAGE', {
      values: { reason: `--trusted-proxy ${text} is not an IP address or a range of them` },
      place: '--trusted-proxy',
      hint: 'Give the address that the proxy connects from, such as 10.0.0.5 or 10.0.0.0/24, several with commas between; `getent hosts NAME` shows that of a name.',
    });
  }
}

/** @throws USAGE */
export function parseListen(text: string): { host: string; port: number } {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) {
    throw new SealiftError('USAGE', { values: { reason: `--listen ${text} is not an address and a port` } });
  }
  return { host, port: Number(port) };
}
