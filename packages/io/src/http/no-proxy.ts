import { BlockList, isIP, isIPv4 } from 'node:net';
import { domainToASCII } from 'node:url';

/** Where a request leads, as a proxy rule sees it. */
export interface Destination {
  /** Lower-case name or address, an IPv6 address without brackets. */
  readonly host: string;
  /** Decimal; the scheme's own where the URL names none. */
  readonly port: string;
}

type Rule = (to: Destination) => boolean;

/**
 * Whether `NO_PROXY` exempts a destination. A comma-separated list of: `*`; an address or a CIDR block; a name, which stands for itself
 * and all below it; `.name` and `*.name`, which stand for what is below it only; any but blocks with `:port`. This machine itself is always exempt.
 * An entry that is none of these is passed over (golang.org/x/net/http/httpproxy, `Config.NoProxy`).
 */
export function isExempt(to: Destination, noProxy: string): boolean {
  if (to.host === 'localhost' || loopback.check(to.host, familyOf(to.host))) return true;
  const entries = noProxy.split(',').map((entry) => entry.trim().toLowerCase());
  return entries.some((entry) => ruleOf(entry)?.(to) === true);
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function familyOf(host: string): 'ipv4' | 'ipv6' {
  return isIPv4(host) ? 'ipv4' : 'ipv6';
}

function ruleOf(entry: string): Rule | undefined {
  if (entry === '*') return () => true;
  const block = blockOf(entry);
  if (block !== undefined) return ({ host }) => isIP(host) !== 0 && block.check(host, familyOf(host));
  const { name, port } = split(entry);
  if (name === '') return undefined;
  const onPort = (to: Destination): boolean => port === undefined || port === to.port;
  if (isIP(name) !== 0) {
    const one = new BlockList();
    one.addAddress(name, familyOf(name));
    return (to) => onPort(to) && isIP(to.host) !== 0 && one.check(to.host, familyOf(to.host));
  }
  const bare = name.startsWith('*.') ? name.slice(1) : name;
  const below = bare.startsWith('.') ? `.${ascii(bare.slice(1))}` : `.${ascii(bare)}`;
  const itself = bare.startsWith('.') ? undefined : below.slice(1);
  return (to) => onPort(to) && (to.host === itself || to.host.endsWith(below));
}

function blockOf(entry: string): BlockList | undefined {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? [];
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (bits === '' || Number(bits) > longest) return undefined;
  const block = new BlockList();
  block.addSubnet(address, Number(bits), familyOf(address));
  return block;
}

/** `name`, `name:port`, `[address]:port`, or an IPv6 address as it is. */
function split(entry: string): { readonly name: string; readonly port: string | undefined } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(entry) ?? [];
  return { name: bracketed ?? plain ?? entry, port: port === '' ? undefined : port };
}

/** The form of an international name on the wire; what is no name stays as it is and matches nothing. */
function ascii(name: string): string {
  return /^[\x21-\x7e]*$/.test(name) ? name : domainToASCII(name) || name;
}
