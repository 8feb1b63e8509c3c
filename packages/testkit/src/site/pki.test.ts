import 'reflect-metadata';
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { BasicConstraintsExtension, X509Certificate as Parsed, X509CertificateGenerator } from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { makeAccountKey, makeAuthority, openAuthority } from './pki.ts';

describe('an authority', () => {
  it('makes certificates that a server and its client prove themselves with', async () => {
    const authority = await makeAuthority('cluster');
    const server = await authority.issue({ commonName: 'kube-apiserver', names: ['127.0.0.1', 'localhost'] });
    const client = await authority.issue({ commonName: 'admin', organizations: ['system:masters'] });
    const seen: string[] = [];
    const listening = createServer({ ...server, ca: authority.own.cert, requestCert: true }, (asked, answer) => {
      const { subject } = (asked.socket as TLSSocket).getPeerCertificate();
      seen.push(`${String(subject.O)}/${String(subject.CN)}`);
      answer.writeHead(204).end();
    });
    await once(listening.listen(0, '127.0.0.1'), 'listening');
    try {
      for (const host of ['127.0.0.1', 'localhost'])
        expect(await statusOf(listening, host, { ...client, ca: authority.own.cert })).toBe(204);
      const stranger = await makeAuthority('cluster');
      await expect(statusOf(listening, '127.0.0.1', { ...client, ca: stranger.own.cert })).rejects.toThrow(
        /certificate/,
      );
    } finally {
      await new Promise((done) => listening.close(done));
    }
    expect(seen).toEqual(['system:masters/admin', 'system:masters/admin']);
  });

  it('of somebody else, with an RSA key in PKCS #1, issues under the very name that it has', async () => {
    const { cert, key } = await foreignAuthority();
    const issued = await (await openAuthority({ cert, key })).issue({ commonName: 'etcd', names: ['127.0.0.1'] });
    const certificate = new X509Certificate(issued.cert);
    expect(certificate.verify(new X509Certificate(cert).publicKey)).toBe(true);
    expect(certificate.checkIssued(new X509Certificate(cert))).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(issued.key))).toBe(true);
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    const issuer = Buffer.from(new Parsed(issued.cert).issuerName.toArrayBuffer());
    expect(issuer).toEqual(Buffer.from(new Parsed(cert).subjectName.toArrayBuffer()));
  });
});

it('a key of service accounts is an elliptic one', () => {
  expect(createPrivateKey(makeAccountKey()).asymmetricKeyType).toBe('ec');
});

function statusOf(server: Server, host: string, trust: { cert: string; key: string; ca: string }) {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TLS server without a port');
  return new Promise<number | undefined>((resolve, reject) => {
    request({ host, port: address.port, agent: false, family: 4, ...trust })
      .once('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
      .once('error', reject)
      .end();
  });
}

/** As others write one: the name in another kind of string (UTF8String) than the library would choose. */
async function foreignAuthority(): Promise<{ cert: string; key: string }> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048 } as const;
  const publicExponent = new Uint8Array([1, 0, 1]);
  const keys = await webcrypto.subtle.generateKey({ ...algorithm, publicExponent }, true, ['sign', 'verify']);
  const name = [{ CN: [`#0c0a${Buffer.from('kubernetes').toString('hex')}`] }];
  const extensions = [new BasicConstraintsExtension(true, undefined, true)];
  const certificate = await X509CertificateGenerator.createSelfSigned(
    { serialNumber: '01', name, notAfter: new Date('2090-01-01'), keys, signingAlgorithm: algorithm, extensions },
    webcrypto,
  );
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { cert: certificate.toString('pem'), key: key.export({ type: 'pkcs1', format: 'pem' }).toString() };
}
