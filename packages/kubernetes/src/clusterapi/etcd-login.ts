import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import type { PodLogin } from '../connection/exchange.ts';
import type { Objects } from '../objects/objects.ts';
import type { ClusterName } from './cluster.ts';

const secretSchema = z.looseObject({
  data: z.looseObject({ 'tls.crt': z.base64(), 'tls.key': z.base64() }),
});

const elliptic = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
/** Clocks of machines differ. */
const lifeMs = 24 * 3_600_000;

/**
 * A login to the etcd of a cluster whose control plane is a KubeadmControlPlane: a certificate for a client, for a day, by the authority that Cluster API
 * keeps in the Secret `<cluster>-etcd`, as its own controller makes one. The key is in memory alone.
 *
 * @throws ETCD_SNAPSHOT_FAILED where there is no such authority, or not its key; KUBERNETES_…
 */
export async function etcdLogin(
  objects: Objects,
  { namespace, name }: ClusterName,
  cancel?: AbortSignal,
): Promise<PodLogin> {
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace, name: `${name}-etcd` };
  const place = `${namespace}/${ref.name}`;
  const refused = (reason: string, cause?: unknown): SealiftError =>
    new SealiftError('ETCD_SNAPSHOT_FAILED', { values: { reason }, place, cause });
  const found = await objects.get(ref, cancel);
  if (found === undefined) throw refused(`Cluster API keeps no authority of etcd in the Secret ${place}`);
  const { data } = secretSchema.safeParse(found);
  if (data === undefined) throw refused(`the Secret ${place} has no certificate with its key`);
  const [ca, key] = [data.data['tls.crt'], data.data['tls.key']].map((text) => Buffer.from(text, 'base64').toString());
  try {
    return { ca: ca ?? '', ...(await issue(ca ?? '', key ?? '')) };
  } catch (error) {
    throw refused(`no certificate can be made with the Secret ${place}: ${reasonOf(error)}`, error);
  }
}

/** Issues a certificate for a client (RFC 5280). */
async function issue(ca: string, caKey: string): Promise<Pick<PodLogin, 'cert' | 'key'>> {
  // Few look at etcd, and all would wait for it to load; it needs the metadata to be there first.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const authority = new x509.X509Certificate(ca);
  const signer = createPrivateKey(caKey);
  if (!new X509Certificate(ca).checkPrivateKey(signer)) throw new Error('its key is not the one of its certificate');
  const signingAlgorithm = signer.asymmetricKeyType === 'rsa' ? rsa : elliptic;
  const der = signer.export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, signingAlgorithm, false, ['sign']);
  const keys = await webcrypto.subtle.generateKey(elliptic, true, ['sign', 'verify']);
  const keyId = authority.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.create(
    {
      // Begins with 01: never negative, never shortened.
      serialNumber: `01${randomBytes(15).toString('hex')}`,
      notBefore: new Date(now - lifeMs),
      notAfter: new Date(now + lifeMs),
      subject: 'CN=sealift',
      // As it stands there: written anew it could differ in its bytes.
      issuer: authority.subjectName,
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        // By the identifier that it gives itself (RFC 5280, 4.2.1.1).
        ...(keyId === undefined ? [] : [new x509.AuthorityKeyIdentifierExtension(keyId)]),
      ],
    },
    webcrypto,
  );
  const exported = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: exported, format: 'der', type: 'pkcs8' });
  return { cert: certificate.toString('pem'), key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}
