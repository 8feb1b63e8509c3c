import { generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

/** A certificate and its private key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const dayMs = 24 * 3_600_000;
const lifeDays = 397;

/**
 * Makes a certificate that signs itself, for a server (RFC 5280; ECDSA with P-256 and SHA-256, RFC 5758). It is no authority: who
 * trusts it trusts this server and nothing that its key might sign.
 *
 * @param names host names and IP addresses under which the server is reached
 */
export function makeSelfSigned(names: readonly string[], now: Date = new Date()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(commonName, tlv(0x0c, Buffer.from('sealift registry')))));
  const validity = sequence(time(new Date(now.getTime() - dayMs)), time(new Date(now.getTime() + lifeDays * dayMs)));
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(15)]);
  const extensions = sequence(
    extension(subjectAlternativeName, sequence(...names.map(generalName))),
    extension(extendedKeyUsage, sequence(serverAuthentication)),
    // Bit 0, digitalSignature: one used bit of eight.
    extension(keyUsage, tlv(0x03, Buffer.from([0x07, 0x80])), 'critical'),
    extension(basicConstraints, sequence(), 'critical'),
  );
  const toBeSigned = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, serial),
    sequence(ecdsaWithSha256),
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, extensions),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', toBeSigned, privateKey)]);
  const der = sequence(toBeSigned, sequence(ecdsaWithSha256), tlv(0x03, signature));
  return {
    cert: new X509Certificate(der).toString(),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const commonName = objectIdentifier('550403');
const subjectAlternativeName = objectIdentifier('551d11');
const keyUsage = objectIdentifier('551d0f');
const basicConstraints = objectIdentifier('551d13');
const extendedKeyUsage = objectIdentifier('551d25');
const serverAuthentication = objectIdentifier('2b06010505070301');
const ecdsaWithSha256 = objectIdentifier('2a8648ce3d040302');

/** Tag, length, value (X.690, section 8.1). */
function tlv(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const lengthBytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), content]);
}

function sequence(...contents: readonly Uint8Array[]): Buffer {
  return tlv(0x30, ...contents);
}

function set(...contents: readonly Uint8Array[]): Buffer {
  return tlv(0x31, ...contents);
}

/** @param hex the encoded arcs (X.690, section 8.19) */
function objectIdentifier(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'));
}

function extension(id: Buffer, value: Buffer, critical?: 'critical'): Buffer {
  const flag = critical === undefined ? [] : [tlv(0x01, Buffer.from([0xff]))];
  return sequence(id, ...flag, tlv(0x04, value));
}

/** UTCTime until 2049, GeneralizedTime from then on (RFC 5280, section 4.1.2.5). */
function time(at: Date): Buffer {
  const text = `${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
  return at.getUTCFullYear() < 2050 ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text));
}

/** dNSName or iPAddress (RFC 5280, section 4.2.1.6). */
function generalName(name: string): Buffer {
  if (isIPv4(name)) return tlv(0x87, Buffer.from(name.split('.').map(Number)));
  return isIPv6(name) ? tlv(0x87, ipv6Bytes(name)) : tlv(0x82, Buffer.from(name, 'latin1'));
}

function ipv6Bytes(address: string): Buffer {
  // The URL parser writes every form of an address in one way, without dots.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':');
    groups.push(...Array.from({ length: 8 - groups.length - rest.length }, () => '0'), ...rest);
  }
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
