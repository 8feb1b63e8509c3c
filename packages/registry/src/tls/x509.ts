import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP, isIPv6 } from 'node:net';

/** A certificate and its private key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** ECDSA with P-256 and SHA-256 (RFC 5758). */
export const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
export const dayMs = 24 * 3_600_000;
/** How long a server's certificate is good: what clients take at most. */
export const serverLifeDays = 397;

/** The library that makes certificates. Few runs make one, and all would wait for it to load; it needs the metadata to be there first. */
export async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}

/** A new pair of keys that signs. */
export async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** A private key as PKCS #8, PEM (RFC 5958). */
export async function keyText(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

/** Begins with 01: never negative, never shortened (RFC 5280, section 4.1.2.2). */
export function newSerial(): string {
  return `01${randomBytes(15).toString('hex')}`;
}

/** Host names and addresses as the names of a certificate (RFC 5280, section 4.2.1.6). */
export function subjectNames(names: readonly string[]): { readonly type: 'dns' | 'ip'; readonly value: string }[] {
  return names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: plainAddress(name) }));
}

/** The URL parser writes every form of an IPv6 address in one way, without dots, which the library would misread. */
function plainAddress(name: string): string {
  return isIPv6(name) ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
}
