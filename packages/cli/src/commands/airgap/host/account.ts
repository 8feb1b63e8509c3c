import { SealiftError } from '@sealift/core/errors';
import { runProgram } from '@sealift/io/run-program';
import type { Owner } from './host-file.ts';

/** The numbers of an account (getent(1)). @throws AIRGAP_ACCOUNT_MISSING, USAGE */
export async function accountOf(account: string): Promise<Owner> {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(account)) {
    const reason = `--account ${JSON.stringify(account)} is not the name of an account`;
    throw new SealiftError('USAGE', { values: { reason }, place: '--account' });
  }
  const { output } = await runProgram({
    program: 'getent',
    parts: ['passwd', account],
    env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
    deadlineMs: 10_000,
    outputLimitBytes: 10_000,
  });
  const [, uid, gid] = /^[^:]*:[^:]*:(\d{1,10}):(\d{1,10}):/.exec(output) ?? [];
  if (uid === undefined || gid === undefined) {
    throw new SealiftError('AIRGAP_ACCOUNT_MISSING', { values: { account }, place: '--account' });
  }
  return { uid: Number(uid), gid: Number(gid) };
}

/** Who files of the services belong to; undefined for whoever set the host up. @throws AIRGAP_ACCOUNT_MISSING */
export async function ownerOf(account: string | null): Promise<Owner | undefined> {
  return account === null ? undefined : await accountOf(account);
}
