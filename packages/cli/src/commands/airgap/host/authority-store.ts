import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { isMissing } from '@sealift/io/file-errors';
import { readBounded } from '@sealift/io/read-file';
import { issueServerCertificate, makeAuthority } from '@sealift/registry/authority';
import type { HostCertificate } from './certificate-store.ts';
import type { HostFolder } from './host-folder.ts';
import { makeHostFolder, writeHostFile } from './host-file.ts';

interface Authority {
  readonly cert: string;
  readonly key: string;
}

const limitBytes = 64 * 1024;

/** The authority of this host; undefined where there is none, it is not whole, or it has ended. */
export async function readAuthority({ authority }: HostFolder): Promise<Authority | undefined> {
  try {
    const [cert, key] = await Promise.all(
      ['ca.pem', 'ca.key'].map(async (name) => (await readBounded(join(authority, name), limitBytes)).toString('utf8')),
    );
    if (cert === undefined || key === undefined) return undefined;
    const parsed = new X509Certificate(cert);
    const isWhole = parsed.checkPrivateKey(createPrivateKey(key)) && parsed.validToDate > new Date();
    return isWhole ? { cert, key } : undefined;
  } catch (error) {
    // What a setup that was killed has left is made again.
    if (isMissing(error) || !(error instanceof Error && 'syscall' in error)) return undefined;
    throw error;
  }
}

/** Makes a certificate for these names, and the authority before it where there is none. @throws FILE_UNWRITABLE */
export async function makeCertificate(folder: HostFolder, names: readonly string[]): Promise<HostCertificate> {
  const authority = (await readAuthority(folder)) ?? (await putAuthority(folder, names[0] ?? ''));
  const { cert, key } = await issueServerCertificate(authority, names);
  return { chain: cert, key, ca: authority.cert };
}

async function putAuthority({ authority: place }: HostFolder, host: string): Promise<Authority> {
  const made = await makeAuthority(`sealift support host ${host}`.slice(0, 64));
  await makeHostFolder(place, 0o700);
  await writeHostFile(join(place, 'ca.key'), made.key, 0o600);
  await writeHostFile(join(place, 'ca.pem'), made.cert, 0o644);
  return made;
}
