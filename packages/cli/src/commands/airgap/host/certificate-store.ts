import { createHash, createPrivateKey } from 'node:crypto';
import { readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, fileWork, hasCode } from '@sealift/io/file-errors';
import { syncFolder } from '@sealift/io/sync-folder';
import { isUnfinished, unfinishedPath } from '@sealift/io/unfinished';
import { isFor } from '@sealift/registry/given-certificate';
import { readPemCertificates } from '@sealift/registry/certificate-chain';
import type { HostFolder } from './host-folder.ts';
import { makeHostFolder, type Owner, readHostFile, writeHostFile } from './host-file.ts';

/** A certificate of a support host, PEM. */
export interface HostCertificate {
  /** What the services send. */
  readonly chain: string;
  readonly key: string;
  /** The root that it leads to. */
  readonly ca: string;
}

/**
 * Has the services show another certificate, in one step: at no time do they find a certificate and the key of another. They notice it by themselves.
 *
 * @param trusted what clients are to trust, where that is more than its own root
 * @throws FILE_UNWRITABLE
 */
export async function putCertificate(
  folder: HostFolder,
  certificate: HostCertificate,
  owner: Owner | undefined,
  trusted: string = certificate.ca,
): Promise<void> {
  const { certificates, current } = folder;
  const id = idOf(certificate);
  const place = join(certificates, id);
  const before = await currentId(folder);
  await makeHostFolder(certificates, 0o755);
  await makeHostFolder(place, 0o755);
  await writeHostFile(join(place, 'chain.pem'), certificate.chain, 0o644);
  await writeHostFile(join(place, 'key.pem'), certificate.key, 0o600, owner);
  await writeHostFile(join(place, 'ca.pem'), certificate.ca, 0o644);
  // Before anything shows it: who copies the file now is ready for it.
  await writeHostFile(folder.ca, trusted, 0o644);
  if (before !== id) {
    const link = unfinishedPath(certificates);
    await fileWork(current, async () => {
      await symlink(id, link);
      await rename(link, current);
      await syncFolder(certificates);
    });
  }
  await removeOthers(folder, [id, before ?? id]);
}

/** The certificate that is shown; undefined where there is none, or it is not whole. */
export async function readCurrent({ current }: HostFolder): Promise<HostCertificate | undefined> {
  const [chain, key, ca] = await Promise.all(
    ['chain.pem', 'key.pem', 'ca.pem'].map((name) => readHostFile(join(current, name))),
  );
  if (chain === undefined || key === undefined || ca === undefined) return undefined;
  return { chain, key, ca };
}

/** Whether a certificate that is stored can be shown under these names; whether it has ended is another question. */
export function isGood({ chain, key, ca }: HostCertificate, names: readonly string[]): boolean {
  try {
    const [leaf] = readPemCertificates(chain, 'chain.pem');
    readPemCertificates(ca, 'ca.pem');
    if (leaf === undefined) return false;
    return leaf.checkPrivateKey(createPrivateKey(key)) && names.every((name) => isFor(leaf, name));
  } catch {
    return false;
  }
}

/** Tells the certificate that is shown from others; undefined where there is none. */
export async function currentId({ current }: HostFolder): Promise<string | undefined> {
  try {
    return await readlink(current);
  } catch (error) {
    if (isMissing(error) || hasCode(error, 'EINVAL')) return undefined;
    throw error;
  }
}

/** What clients are told to trust, PEM; empty where the file is missing. */
export async function readTrusted({ ca }: HostFolder): Promise<string> {
  return (await readHostFile(ca)) ?? '';
}

function idOf({ chain, key, ca }: HostCertificate): string {
  return createHash('sha256').update(`${chain}\n${ca}\n${key}`).digest('hex').slice(0, 32);
}

/** A service that is reading just now may still read the one before. */
async function removeOthers({ certificates }: HostFolder, kept: readonly string[]): Promise<void> {
  for (const name of await readdir(certificates)) {
    const isOurs = /^[0-9a-f]{32}$/.test(name) || isUnfinished(name);
    if (isOurs && !kept.includes(name)) await rm(join(certificates, name), { recursive: true, force: true });
  }
}
