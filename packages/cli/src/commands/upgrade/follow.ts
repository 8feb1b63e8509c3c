import { isForValues, lifecycle } from '@sealift/core/upgrade';
import { summarySchema, type Upgrade } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { ApiClient } from '../../client/api-client.ts';
import type { CliContext } from '../../context.ts';
import { findUpgrade, hasEnded } from '../../client/current-upgrade.ts';
import { polls } from '../../client/polls.ts';
import type { Output } from './print.ts';

/** Said to whoever stops watching. */
export const goesOn = 'The upgrade goes on; look with `sealift upgrade status`.';

/** Tells how an upgrade goes until it ends. @throws UPGRADE_NOT_SUCCEEDED, UPGRADE_BLOCKED when it was never confirmed, PLATFORM_*, CANCELLED */
export async function follow(api: ApiClient, id: string, options: Output, context: CliContext): Promise<void> {
  let shown = '';
  for await (const poll of polls(() => findUpgrade(api, id), context, goesOn)) {
    if ('away' in poll) {
      const { message } = poll.away;
      if (shown !== message) context.note(`${message}; waiting for it to come back`);
      shown = message;
      continue;
    }
    const upgrade = poll.answer;
    const message = upgrade.waitingFor?.what ?? upgrade.steps.find(({ state }) => state === 'running')?.message ?? '';
    if (message !== shown && message !== '' && options.json !== true) context.note(message);
    shown = message;
    refuseDraft(upgrade);
    if (hasEnded(upgrade)) {
      if (options.json === true) context.out(JSON.stringify(upgrade));
      await reportEnd(api, upgrade, options, context);
      return;
    }
    context.progress.update('Upgrading', upgrade.fraction);
  }
}

/** @throws UPGRADE_BLOCKED for one that would never end, as it was not confirmed */
export function refuseDraft({ id, state }: Pick<Upgrade, 'id' | 'state'>): void {
  if (!lifecycle[state].editable) return;
  throw new SealiftError('UPGRADE_BLOCKED', { values: { reason: 'it was not confirmed' }, place: id });
}

/** An upgrade that has ended, as far as its end is told of. */
type Ended = Pick<Upgrade, 'id' | 'product' | 'from' | 'to' | 'state'> & {
  readonly failure: { readonly message: string; readonly hint: string } | null;
};

/** Says how an upgrade ended; where a program reads along, by the exit code alone. @throws UPGRADE_NOT_SUCCEEDED, PLATFORM_* */
export async function reportEnd(api: ApiClient, upgrade: Ended, options: Output, context: CliContext): Promise<void> {
  if (upgrade.state !== 'succeeded') {
    if (options.json === true) {
      context.exitCode = 3;
      return;
    }
    const unnamed = upgrade.state === 'rolled-back' ? `${upgrade.from} runs again` : 'no reason was given';
    const reason = upgrade.failure?.message ?? unnamed;
    throw new SealiftError('UPGRADE_NOT_SUCCEEDED', {
      values: { id: upgrade.id, state: upgrade.state, reason },
      ...(upgrade.failure === null ? {} : { hint: upgrade.failure.hint }),
    });
  }
  if (options.json === true) return;
  const { product, from, to } = upgrade;
  context.out(
    isForValues(upgrade) ? `${product} ${to} runs the new values.` : `Upgraded ${product} from ${from} to ${to}.`,
  );
  const { statements } = await api.get('/api/v1/summary', summarySchema);
  for (const { text, holds } of statements) context.out(`${holds ? 'yes' : 'no '}  ${text}`);
}
