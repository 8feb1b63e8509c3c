import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type adoptRequestSchema, packRegistrySchema, profileViewSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { layerNameSchema, packNameSchema } from '@sealift/core/pack';
import type { z } from 'zod';
import type { Checkout } from './checkout.ts';
import type { ApiClient } from '../client/api-client.ts';

const pollMs = 250;

/** A layer's text, changed on the way. */
export type ChangeValues = (values: string, pack: string) => string;

/** Records that the cluster already runs a release, with what the sample site customised. */
export async function adoptWithSiteValues(
  checkout: Checkout,
  api: ApiClient,
  version: string,
  change: ChangeValues = (values) => values,
): Promise<void> {
  const given = (await siteValues(checkout)).map((one) => ({ ...one, values: change(one.values, one.pack) }));
  await api.post('/api/v1/platform/adopt', { version, values: given }, profileViewSchema);
}

/** What the sample site runs: complete values of the layers it customised, from files named `<layer>-<pack>.yaml`. */
export async function siteValues(checkout: Checkout): Promise<z.output<typeof adoptRequestSchema>['values']> {
  const folder = join(checkout.harborview, 'site');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
  return Promise.all(
    names.map(async (name) => {
      const [, layer, pack] = /^([a-z0-9]+)-(.+)\.yaml$/.exec(name) ?? [];
      const values = await readFile(join(folder, name), 'utf8');
      return { layer: layerNameSchema.parse(layer), pack: packNameSchema.parse(pack), values };
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
