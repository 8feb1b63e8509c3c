import { X509Certificate } from 'node:crypto';
import { type Certificate, type CertificateList, certificateState } from '@sealift/core/api';
import { reasonOf } from '@sealift/core/errors';
import { presentedCertificate } from '@sealift/io/http/presented-certificate';
import { readNotificationPolicy } from '../notifications/settings/policy.ts';
import { readSignOn } from '../single-sign-on/stored-settings.ts';
import type { Db } from '../store/store.ts';
import { givenCertificates } from './given-certificates.ts';

/** More than any CA file that makes sense. */
const mostOfOne = 50;

/**
 * Every certificate that this console knows of: what is presented at its own address, by the proxy that ends TLS in front of it, and the CAs in its
 * settings.
 *
 * @throws RECORD_DAMAGED
 */
export async function listCertificates(db: Db, now: Date): Promise<CertificateList> {
  const given = (await givenCertificates(db)).flatMap(({ where, pem }) =>
    blocksOf(pem).map((block) => read(where, 'trusted', () => new X509Certificate(block), now)),
  );
  const consoleUrl = await consoleAddress(db);
  const served = consoleUrl === null ? [] : [await servedAt(consoleUrl, now)];
  const all = [...served, ...given];
  const certificates = all.flatMap((one) => ('problem' in one ? [] : [one.certificate]));
  return {
    consoleUrl,
    certificates: certificates.toSorted((a, b) => a.validTo.localeCompare(b.validTo)),
    problems: all.flatMap((one) => ('problem' in one ? [one.problem] : [])),
  };
}

type Read =
  | { readonly certificate: Certificate }
  | { readonly problem: { readonly where: string; readonly reason: string } };

/** Where people reach the console over TLS, as its settings say. */
async function consoleAddress(db: Db): Promise<string | null> {
  const { consoleUrl } = await readNotificationPolicy(db);
  const { settings } = await readSignOn(db);
  const url = consoleUrl ?? settings?.consoleUrl ?? null;
  return url?.startsWith('https:') === true ? url : null;
}

async function servedAt(url: string, now: Date): Promise<Read> {
  const where = `console and registry at ${url}`;
  try {
    const certificate = await presentedCertificate(new URL(url), process.env);
    return read(where, 'served', () => certificate, now);
  } catch (error) {
    return { problem: { where, reason: reasonOf(error) } };
  }
}

function blocksOf(pem: string): string[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).slice(0, mostOfOne);
}

function read(where: string, use: Certificate['use'], open: () => X509Certificate, now: Date): Read {
  try {
    const { subject, issuer, subjectAltName = '', validFromDate, validToDate, fingerprint256 } = open();
    return {
      certificate: {
        where,
        use,
        subject: lineOf(subject),
        issuer: lineOf(issuer),
        names: namesOf(subjectAltName),
        validFrom: validFromDate.toISOString(),
        validTo: validToDate.toISOString(),
        fingerprint: fingerprint256,
        state: certificateState(validFromDate, validToDate, now),
      },
    };
  } catch (error) {
    return { problem: { where, reason: reasonOf(error) } };
  }
}

/** Node.js writes one part of a name a line. */
function lineOf(name: string): string {
  return name.split('\n').join(', ').slice(0, 500);
}

/** `DNS:a.example, IP Address:10.0.0.1` (RFC 5280, 4.2.1.6), as Node.js writes it. */
function namesOf(alternatives: string): string[] {
  return alternatives
    .split(', ')
    .map((one) => one.replace(/^(?:DNS|IP Address|URI):/, ''))
    .filter((one) => one !== '')
    .slice(0, 100);
}
