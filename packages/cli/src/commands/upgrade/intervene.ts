import { SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade, upgradeUrl } from '../../client/current-upgrade.ts';

/** Pauses or resumes an upgrade; it takes hold at the next safe point. @throws UPGRADE_STATE_ILLEGAL, PLATFORM_* */
export async function pauseOrResume(
  id: string | undefined,
  intervention: 'pause' | 'resume',
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const upgrade = await findUpgrade(api, id);
  await api.postOnly(upgradeUrl(upgrade.id, intervention), {});
  context.out(`Asked upgrade ${upgrade.id} to ${intervention}; follow it with: sealift upgrade wait`);
}

/**
 * Ends an upgrade with a reason. It is named, never guessed, and not looked up first: one that cannot be read any more is ended too.
 *
 * @throws USAGE without a reason, UPGRADE_STATE_ILLEGAL, PLATFORM_*
 */
export async function abortUpgrade(id: string, { reason }: { reason: string }, context: CliContext): Promise<void> {
  if (reason.trim() === '') throw new SealiftError('USAGE', { values: { reason: 'say why' }, place: '--reason' });
  const api = await connect(context);
  await api.postOnly(upgradeUrl(id, 'abort'), { reason });
  context.out(`Asked to end upgrade ${id}; what was done stays. See: sealift status`);
  context.out(`Where it can go back: sealift upgrade rollback ${id} --dry-run`);
}
