import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { issueServerCertificate, makeAuthority } from '@sealift/registry/authority';
import type { HostCertificate } from './certificate-store.ts';
import type { HostFolder } from './host-folder.ts';
import { makeHostFolder, readHostFile, writeHostFile } from './host-file.ts';

interface Authority {
  readonly cert: string;
  readonly key: string;
}

/** The authority of this host; undefined where there is none, it is not whole, or it has ended. @throws FILE_UNREADABLE */
export async function readAuthority({ authority }: HostFolder): Promise<Authority | undefined> {
  const [cert, key] = await Promise.all(['ca.pem', 'ca.key'].map((name) => readHostFile(join(authority, name))));
  if (cert === undefined || key === undefined) return undefined;
  try {
    const parsed = new X509Certificate(cert);
    const isWhole = parsed.checkPrivateKey(createPrivateKey(key)) && parsed.validToDate > new Date();
    return isWhole ? { cert, key } : undefined;
  } catch {
    return undefined;
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
