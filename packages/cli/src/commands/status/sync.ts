import { setTimeout as delay } from 'node:timers/promises';
import { packRegistryListSchema, packRegistrySchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';

interface Output {
  readonly json?: true;
}

const pollMs = 500;
/** As of an upload that could not do everything. */
const incompleteExit = 4;

/**
 * Syncs a pack registry and waits until it is done. The exit code is 4 when something in it was refused.
 *
 * @throws PLATFORM_SYNC_FAILED when it failed, PLATFORM_*
 */
export async function syncRegistry(named: string | undefined, { json }: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const name = named ?? (await api.get('/api/v1/registries', packRegistryListSchema)).registries[0]?.name;
  if (name === undefined) {
    const reason = 'the console has no pack registry';
    throw new SealiftError('PLATFORM_SYNC_FAILED', { values: { name: 'the pack registry', reason } });
  }
  const url = `/api/v1/registries/${encodeURIComponent(name)}`;
  const label = `Syncing ${name}`;
  let registry = await api.post(`${url}/sync`, {}, packRegistrySchema);
  while (registry.sync.state === 'running') {
    const { done, total, message } = registry.sync;
    context.progress.update(label, total === 0 ? 0 : done / total, message);
    await delay(pollMs, undefined, { signal: context.cancel }).catch(() => undefined);
    registry = await api.get(url, packRegistrySchema);
  }
  const { sync } = registry;
  if (json === true) context.out(JSON.stringify(registry));
  else if (sync.state === 'succeeded') context.out(`${name}: ${sync.message}`);
  for (const refused of json === true ? [] : sync.refused) {
    context.note(`refused ${refused.name}: ${refused.detail}\n  fix: ${refused.hint}\n  code: ${refused.code}`);
  }
  if (sync.refused.length > 0) context.exitCode = incompleteExit;
  if (sync.state !== 'succeeded') {
    if (json !== true) throw new SealiftError('PLATFORM_SYNC_FAILED', { values: { name, reason: sync.message } });
    context.exitCode = 1;
  }
}
