import { packRegistrySchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { connect } from '../../../client/connect.ts';
import { polls } from '../../../client/polls.ts';
import type { CliContext } from '../../../context.ts';
import { plainLine } from '../../../terminal/plain-line.ts';
import { registryUrl } from './registries.ts';

export interface SyncOptions {
  readonly wait: boolean;
  readonly json?: true;
}

/** Has the console read a registry, and waits for the end. @throws NOT_FOUND, REGISTRY_SYNC_FAILED, CONSOLE_LOCKED, PLATFORM_*, CANCELLED */
export async function syncRegistry(name: string, { wait, json }: SyncOptions, context: CliContext): Promise<void> {
  const api = await connect(context);
  const asked = await api.post(registryUrl(name, '/sync'), undefined, packRegistrySchema);
  if (!wait) return context.out(json === true ? JSON.stringify(asked) : `The sync of ${name} is asked for.`);
  const goesOn = 'The sync goes on: look with `sealift registry ls`.';
  let told = '';
  for await (const poll of polls(() => api.get(registryUrl(name), packRegistrySchema), context, goesOn)) {
    if ('away' in poll) continue;
    const { sync } = poll.answer;
    const { state, message, refused } = sync;
    if (state === 'running') {
      if (message !== told) context.note(plainLine(`${message} …`));
      told = message;
      continue;
    }
    if (json === true) context.out(JSON.stringify(poll.answer));
    if (state === 'failed') throw new SealiftError('REGISTRY_SYNC_FAILED', { values: { name, reason: message } });
    if (json === true) return;
    context.out(plainLine(`${name}: ${message}`));
    for (const one of refused)
      context.out(plainLine(`  refused ${one.name}: ${one.detail} (${one.code}). ${one.hint}`));
    return;
  }
}
