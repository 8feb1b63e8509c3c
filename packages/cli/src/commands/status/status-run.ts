import { setTimeout as delay } from 'node:timers/promises';
import { packRegistryListSchema, packRegistrySchema, summarySchema, updateListSchema } from '@sealift/core/api';
import type { AvailableUpdate } from '@sealift/core/planner';
import { SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';

interface Output {
  readonly json?: true;
}

const pollMs = 500;

/** Prints the Summary: version, the sentences with the checks behind them, nodes, available update. */
export async function showStatus({ json }: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const summary = await api.get('/api/v1/summary', summarySchema);
  if (json === true) {
    context.out(JSON.stringify(summary));
    return;
  }
  const installed =
    summary.version === null ? 'no release is installed' : `${summary.product ?? ''} ${summary.version}`;
  context.out(`${installed}${summary.simulated ? ', on a simulated cluster' : ''}`);
  for (const { text, holds, checks } of summary.statements) {
    context.out(`${holds ? 'yes' : 'no '}  ${text}`);
    for (const check of checks.filter(({ outcome }) => !holds && outcome !== 'pass')) {
      context.out(`       ${check.outcome}: ${check.title}: ${check.detail}`);
      if (check.remedy !== undefined) context.out(`       fix: ${check.remedy}`);
    }
  }
  for (const { name, role, version, ready, message } of summary.nodes) {
    context.out(`node ${name}  ${role}  ${version}  ${ready ? 'ready' : 'not ready'}${ready ? '' : `: ${message}`}`);
  }
  if (summary.update !== null) context.out(`update available: ${describeUpdate(summary.update)}`);
  if (summary.lockedBy !== null) context.out(`the console is locked by upgrade ${summary.lockedBy}`);
}

/** Prints every newer release, legal or refused with the reason. */
export async function showUpdates({ json }: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const updates = await api.get('/api/v1/updates', updateListSchema);
  if (json === true) {
    context.out(JSON.stringify(updates));
    return;
  }
  if (updates.available.length === 0)
    context.out(`No release newer than ${updates.installed ?? 'none'} is in the catalogue.`);
  for (const update of updates.available) {
    const mark = update.version === updates.recommended?.version ? '  (recommended)' : '';
    context.out(`${describeUpdate(update)}${mark}`);
  }
}

/**
 * Syncs a pack registry and waits until it is done.
 *
 * @throws PLATFORM_SYNC_FAILED when it failed or refused something, PLATFORM_*
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
  if (sync.state !== 'succeeded') {
    if (json !== true) throw new SealiftError('PLATFORM_SYNC_FAILED', { values: { name, reason: sync.message } });
    context.exitCode = 1;
  }
}

function describeUpdate({ version, legal, reason, nodeImage }: AvailableUpdate): string {
  if (!legal) return `${version}  refused: ${reason}`;
  const image = nodeImage.needed ? `needs node image ${nodeImage.ova ?? ''}` : 'keeps the node image';
  return `${version}  ${reason}; ${image}`;
}
