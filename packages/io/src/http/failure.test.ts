import { afterEach, describe, expect, it } from 'vitest';
import * as certificates from '@sealift/testkit/certificates';
import { Peers } from '../testing/peers.ts';
import { Agents, type TlsOptions } from './agents.ts';
import { discard } from './body.ts';
import { exchange } from './exchange.ts';
import { ConnectionFailure, failureOf } from './failure.ts';
import { presentedCertificate } from './presented-certificate.ts';
import { tlsOf } from './verification.ts';

const peers = new Peers();
afterEach(() => peers.close());

/** What a request for a URL fails with. */
async function failureAt(url: string, tls: TlsOptions = {}): Promise<ConnectionFailure> {
  const agents = new Agents({}, { keepAlive: false, tls });
  try {
    discard(await exchange(agents, { method: 'GET', url: new URL(url), idleTimeoutMs: 60_000, repeatable: true }));
  } catch (error) {
    if (error instanceof ConnectionFailure) return error;
    throw error;
  } finally {
    agents.close();
  }
  throw new Error('it did not fail');
}

const https = (certificate: string): Promise<number> =>
  peers.https(certificate, (_request, response) => response.end('ok'));

describe('a failure of a connection', () => {
  it('is told apart: nobody listens', async () => {
    const port = await peers.tcp(() => undefined);
    await peers.close();
    expect((await failureAt(`http://127.0.0.1:${port}/`)).kind).toBe('refused');
  });

  it('is told apart: plain HTTP where TLS is expected', async () => {
    const port = await peers.http((_request, response) => response.end());
    const failure = await failureAt(`https://127.0.0.1:${port}/`);
    expect(failure.kind).toBe('not-tls');
    expect(failure.remedy).toMatch(/port/);
  });

  it('is told apart: something that is not HTTP', async () => {
    const port = await peers.tcp((socket) => socket.end('SSH-2.0-OpenSSH_10.0\r\n'));
    expect((await failureAt(`http://127.0.0.1:${port}/`)).kind).toBe('not-http');
  });

  it('is told apart: a line that is cut', async () => {
    const port = await peers.tcp((socket) => socket.once('data', () => socket.destroy()));
    expect((await failureAt(`http://127.0.0.1:${port}/`)).kind).toBe('cut');
  });

  it.each([
    ['certificate-untrusted', certificates.validCertificate, {}, /authority/],
    ['certificate-expired', certificates.expiredCertificate, { ca: certificates.expiredCertificate }, /has expired/],
    [
      'certificate-not-yet-valid',
      certificates.futureCertificate,
      { ca: certificates.futureCertificate },
      /not valid yet/,
    ],
    [
      'certificate-other-name',
      certificates.otherNameCertificate,
      { ca: certificates.otherNameCertificate },
      /for DNS:other\.example, not for localhost/,
    ],
  ] as const)('is told apart: %s', async (kind, certificate, tls, words) => {
    const failure = await failureAt(`https://localhost:${await https(certificate)}/`, tls);
    expect(failure.kind).toBe(kind);
    expect(failure.aboutCertificate).toBe(true);
    expect(failure.message).toMatch(words);
    expect(failure.message).not.toMatch(/node/i);
    expect(failure.remedy === undefined).toBe(kind === 'certificate-untrusted');
  });

  it('is one of the proxy where that does not lead on', async () => {
    const proxy = await peers.tcp((socket) => socket.once('data', () => socket.end('HTTP/1.1 407 No\r\n\r\n')));
    const agents = new Agents({ HTTPS_PROXY: `http://user:secret@127.0.0.1:${proxy}` }, { keepAlive: true, tls: {} });
    const wanted = {
      method: 'GET',
      url: new URL('https://vc.example/'),
      idleTimeoutMs: 60_000,
      repeatable: true,
    } as const;
    const failure: unknown = await exchange(agents, wanted).catch((error: unknown) => error);
    agents.close();
    expect(failure).toMatchObject({ kind: 'proxy-refused' });
    expect(String(failure)).toMatch(/407/);
    expect(String(failure)).not.toMatch(/secret/);
  });

  it('is one of the proxy where that is silent', async () => {
    const proxy = await peers.tcp(() => undefined);
    const agents = new Agents({ HTTPS_PROXY: `http://127.0.0.1:${proxy}` }, { keepAlive: true, tls: {} });
    const wanted = { method: 'GET', url: new URL('https://vc.example/'), idleTimeoutMs: 20, repeatable: true } as const;
    await expect(exchange(agents, wanted)).rejects.toMatchObject({ kind: 'proxy' });
    agents.close();
  });

  it('of several addresses is that of the first', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:9'), { code: 'ECONNREFUSED' });
    expect(failureOf(new AggregateError([refused, new Error('other')])).kind).toBe('refused');
  });

  it('nobody knows has its own words', () => {
    expect(failureOf(new Error('odd'))).toMatchObject({ kind: 'other', message: 'odd' });
    expect(failureOf('odd')).toMatchObject({ kind: 'other', message: 'odd' });
  });
});

describe('a pinned certificate', () => {
  const { validCertificate, otherNameCertificate } = certificates;

  it('is trusted whatever name is in it, and no other is', async () => {
    const port = await https(otherNameCertificate);
    const url = new URL(`https://127.0.0.1:${port}/`);
    const { fingerprint256 } = await presentedCertificate(url, {});
    const tls = tlsOf({ ca: [otherNameCertificate], pin: (other) => other.fingerprint256 === fingerprint256 });
    const agents = new Agents({}, { keepAlive: false, tls });
    const answer = await exchange(agents, { method: 'GET', url, idleTimeoutMs: 60_000, repeatable: true });
    expect(answer.statusCode).toBe(200);
    discard(answer);
    agents.close();
    const other = tlsOf({ ca: [validCertificate], pin: (each) => each.fingerprint256 === fingerprint256 });
    const failure = await failureAt(`https://127.0.0.1:${await https(validCertificate)}/`, other);
    expect(failure).toMatchObject({ kind: 'certificate-untrusted', message: 'it is not the pinned certificate' });
  });

  it('is asked for in vain where another protocol is changed to', async () => {
    const switching = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n';
    const port = await peers.https(validCertificate, (request) => void request.socket.write(switching));
    await expect(presentedCertificate(new URL(`https://127.0.0.1:${port}/`), {})).rejects.toMatchObject({
      kind: 'not-http',
    });
  });

  it('can be asked for only where TLS is spoken', async () => {
    const port = await peers.http((_request, response) => response.end());
    await expect(presentedCertificate(new URL(`https://127.0.0.1:${port}/`), {})).rejects.toMatchObject({
      kind: 'not-tls',
    });
  });
});
