import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { differenceText } from '@sealift/core/adoption';
import { adoptionProposalSchema, packRegistrySchema, profileViewSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { type LayerName, layerNameSchema, packNameSchema } from '@sealift/core/pack';
import type { Checkout } from './checkout.ts';
import type { ApiClient } from '../client/api-client.ts';

const pollMs = 250;

/** A layer's text, changed on the way. */
export type ChangeValues = (values: string, pack: string) => string;

/**
 * Has the console look at the cluster, and records what it found: the release that was installed, with the site's values.
 *
 * @throws DEMO_STEP_FAILED where it runs another release, or differs from it
 */
export async function adoptWhatRuns(api: ApiClient, version: string): Promise<void> {
  const found = await api.post('/api/v1/platform/survey', {}, adoptionProposalSchema);
  const differences = found.differences.map(differenceText);
  if (found.version !== version || differences.length > 0) {
    const reason = `it looks like ${found.version}${differences.length > 0 ? `; ${differences.join('; ')}` : ''}`;
    throw new SealiftError('DEMO_STEP_FAILED', { values: { name: `the adoption of ${version}`, reason } });
  }
  await api.post('/api/v1/platform/adopt', { proposal: found.digest }, profileViewSchema);
}

interface SiteLayer {
  readonly layer: LayerName;
  readonly pack: string;
  readonly values: string;
}

/** What the sample site runs: complete values of the layers it customised, from files named `<layer>-<pack>.yaml`. */
export async function siteValues(
  checkout: Checkout,
  change: ChangeValues = (values) => values,
): Promise<readonly SiteLayer[]> {
  const folder = join(checkout.harborview, 'site');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
  return Promise.all(
    names.map(async (name) => {
      const [, layer, pack] = /^([a-z0-9]+)-(.+)\.yaml$/.exec(name) ?? [];
      const values = await readFile(join(folder, name), 'utf8');
      const named = packNameSchema.parse(pack);
      return { layer: layerNameSchema.parse(layer), pack: named, values: change(values, named) };
    }),
  );
}

/** Syncs the console's pack registry and waits until it is through. */
export async function syncRegistry(api: ApiClient, cancel: AbortSignal, name = 'spectro-packs'): Promise<void> {
  await api.post(`/api/v1/registries/${name}/sync`, {}, packRegistrySchema);
  for (;;) {
    const { sync } = await api.get(`/api/v1/registries/${name}`, packRegistrySchema);
    if (sync.state === 'succeeded') return;
    if (sync.state === 'failed') {
      throw new SealiftError('DEMO_STEP_FAILED', { values: { name: 'the sync', reason: sync.message } });
    }
    await delay(pollMs, undefined, { signal: cancel });
  }
}
