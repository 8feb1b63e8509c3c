import { lifecycle } from '@sealift/core/upgrade';
import { setTimeout as delay } from 'node:timers/promises';
import { summarySchema, type Upgrade } from '@sealift/core/api';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { ApiClient } from '../../client/api-client.ts';
import type { CliContext } from '../../context.ts';
import { findUpgrade, hasEnded } from '../../client/current-upgrade.ts';
import type { Output } from './print.ts';

const pollMs = 1000;
/** An upgrade replaces the console itself: it may be away for this long before waiting for it is given up. */
const patienceMs = 15 * 60 * 1000;

/** Tells how an upgrade goes until it ends. @throws UPGRADE_NOT_SUCCEEDED, UPGRADE_BLOCKED when it was never confirmed, PLATFORM_*, CANCELLED */
export async function follow(api: ApiClient, id: string, options: Output, context: CliContext): Promise<void> {
  const label = 'Upgrading';
  let lastAnswer = Date.now();
  let shown = '';
  for (;;) {
    if (context.cancel.aborted)
      throw new SealiftError('CANCELLED', { hint: 'The upgrade goes on; look with `sealift upgrade show`.' });
    try {
      const upgrade = await findUpgrade(api, id);
      lastAnswer = Date.now();
      const message = upgrade.waitingFor?.what ?? upgrade.steps.find(({ state }) => state === 'running')?.message ?? '';
      if (message !== shown && message !== '' && options.json !== true) context.note(message);
      shown = message;
      if (lifecycle[upgrade.state].editable) {
        throw new SealiftError('UPGRADE_BLOCKED', { values: { reason: 'it was not confirmed' }, place: id });
      }
      if (hasEnded(upgrade)) {
        await report(api, upgrade, options, context);
        return;
      }
      context.progress.update(label, upgrade.fraction);
    } catch (error) {
      const away = isSealiftError(error, 'PLATFORM_UNREACHABLE') && Date.now() - lastAnswer < patienceMs;
      if (!away) throw error;
      if (shown !== error.message) context.note(`${error.message}; waiting for it to come back`);
      shown = error.message;
    }
    await delay(pollMs, undefined, { signal: context.cancel }).catch(() => undefined);
  }
}

async function report(api: ApiClient, upgrade: Upgrade, options: Output, context: CliContext): Promise<void> {
  if (options.json === true) context.out(JSON.stringify(upgrade));
  if (upgrade.state !== 'succeeded') {
    if (options.json === true) {
      context.exitCode = 3;
      return;
    }
    const reason = upgrade.failure?.message ?? 'no reason was given';
    throw new SealiftError('UPGRADE_NOT_SUCCEEDED', {
      values: { id: upgrade.id, state: upgrade.state, reason },
      ...(upgrade.failure === null ? {} : { hint: upgrade.failure.hint }),
    });
  }
  if (options.json === true) return;
  context.out(`Upgraded ${upgrade.product} from ${upgrade.from} to ${upgrade.to}.`);
  const { statements } = await api.get('/api/v1/summary', summarySchema);
  for (const { text, holds } of statements) context.out(`${holds ? 'yes' : 'no '}  ${text}`);
}
