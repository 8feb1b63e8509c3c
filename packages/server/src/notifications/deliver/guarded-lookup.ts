import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { SealiftError } from '@sealift/core/errors';

/**
 * This machine itself, link-local, and what is no single machine: RFC 6890 and RFC 4291. Private networks are where receivers stand. An IPv4
 * address in the form of IPv6 (RFC 4291, 2.5.5.2) is judged as that address.
 */
const local = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  local.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  local.addSubnet(network, prefix, 'ipv6');
}

/** Whether an address leads to this machine itself, to its own link, or to many machines. */
export function isLocal(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  return local.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

/** Refuses a URL whose host is an address of this machine: nobody looks such a one up. @throws WEBHOOK_ADDRESS_LOCAL */
export function refuseLocalHost(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isLocal(host)) throw refused(url, host);
}

/** All addresses of a name, as `dns.lookup` finds them. */
export type FindAddresses = (
  name: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

const ofSystem: FindAddresses = (name, done) => systemLookup(name, { all: true, verbatim: true }, done);

/**
 * Finds the addresses of a webhook's name when it is connected to, and fails where one of them is local: what is judged is what is connected to,
 * whatever the name server says a moment later.
 */
export function guardedLookup(url: URL, find: FindAddresses = ofSystem): LookupFunction {
  return (name, options, done) => {
    find(name, (error, addresses) => {
      const [first] = addresses ?? [];
      const wrong = error === null ? addresses.find(({ address }) => isLocal(address)) : undefined;
      if (error !== null || first === undefined || wrong !== undefined) {
        const none = Object.assign(new Error('it has no address'), { code: 'ENOTFOUND' });
        const failure = error ?? (wrong === undefined ? none : refused(url, wrong.address));
        done(failure, '', 0);
      } else if (options.all === true) done(null, [...addresses]);
      else done(null, first.address, first.family);
    });
  };
}

function refused(url: URL, address: string): SealiftError {
  return new SealiftError('WEBHOOK_ADDRESS_LOCAL', { values: { origin: url.origin, address } });
}
