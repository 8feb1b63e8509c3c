import { SealiftError } from '@sealift/core/errors';
import { storedUserAccess } from '@sealift/registry/users-file';
import type { Authorize } from '@sealift/registry/routes';
import { currentId, isGood, readCurrent } from '../host/certificate-store.ts';
import type { HostFolder } from '../host/host-folder.ts';
import { readUsers } from '../host/passwords.ts';
import { fileIdentity } from '../../server/hand-over/file-identity.ts';

/** Certificate chain and key that belong together, PEM. @throws CERTIFICATE_UNREADABLE */
export async function readTls(folder: HostFolder): Promise<{ readonly cert: string; readonly key: string }> {
  const { current: path } = folder;
  // A certificate that is put in while this reads has its key in another folder: the next look finds both.
  for (let look = 0; look < 3; look += 1) {
    const found = await readCurrent(folder);
    if (found !== undefined && isGood(found, [])) return { cert: found.chain, key: found.key };
  }
  const reason = 'certificate and key are not both there, or do not belong together';
  throw new SealiftError('CERTIFICATE_UNREADABLE', { values: { path, reason }, place: path });
}

/** Who may use the services. @throws AIRGAP_SETUP_OPEN, USERS_NEWER, CREDENTIALS_UNREADABLE */
export async function readAccess(folder: HostFolder): Promise<Authorize> {
  const users = await readUsers(folder);
  if (users === undefined) throw new SealiftError('AIRGAP_SETUP_OPEN', { values: { folder: folder.root } });
  return storedUserAccess(users);
}

/** Changes with what `readTls` and `readAccess` read. */
export async function settingsMark(folder: HostFolder): Promise<{ readonly tls: string; readonly users: string }> {
  const [id, users] = await Promise.all([currentId(folder), fileIdentity(folder.users)]);
  return { tls: id ?? '', users: users ?? '' };
}
