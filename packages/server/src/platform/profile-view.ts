import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ProfileView } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { hideSecrets } from '@sealift/core/secret';
import { sql } from 'kysely';
import { packTar } from 'modern-tar';
import type { Db } from '../store/store.ts';
import { customisationsOf } from './customisations.ts';
import { installedProfile } from './installed.ts';

/**
 * The enterprise cluster's layers with their values, and how many paths the site changed in each.
 *
 * @throws NOT_ADOPTED
 */
export async function profileView(db: Db): Promise<ProfileView> {
  const profile = await installedProfile(db);
  if (profile === null) throw new SealiftError('NOT_ADOPTED');
  const digests = profile.layers.map(({ digest }) => digest);
  const packs = await db
    .selectFrom('catalogue_pack')
    .select(['digest', 'display_name', 'presets'])
    .where('digest', '=', sql<string>`any(${digests})`)
    .execute();
  const known = new Map(packs.map((pack) => [pack.digest, pack]));
  return {
    format: profile.format,
    product: profile.product,
    version: profile.version,
    layers: await Promise.all(
      profile.layers.map(async (layer) => {
        const pack = known.get(layer.digest);
        const customised = await customisationsOf(layer, pack?.presets ?? '');
        return { ...layer, displayName: pack?.display_name ?? layer.pack, ...customised };
      }),
    ),
  };
}

/** The same for whoever may not see what is secret in the values: it reads `***`. */
export function withoutSecrets(profile: ProfileView): ProfileView {
  const layers = profile.layers.map((layer) => ({
    ...layer,
    baseValues: hideSecrets(layer.baseValues),
    currentValues: hideSecrets(layer.currentValues),
  }));
  return { ...profile, layers };
}

/** The profile as a tar.gz: `profile.json`, and for each layer its values in `<layer>-<pack>.yaml`. @throws NOT_ADOPTED */
export async function exportProfile(db: Db): Promise<{ fileName: string; archive: Buffer }> {
  const view = await profileView(db);
  const mtime = new Date(0);
  const entry = (name: string, text: string) => {
    const body = Buffer.from(text);
    return { header: { name, size: body.length, mode: 0o644, mtime, type: 'file' as const }, body };
  };
  const tar = await packTar([
    entry('profile.json', `${JSON.stringify(view, null, 2)}\n`),
    ...view.layers.map(({ layer, pack, currentValues }) => entry(`${layer}-${pack}.yaml`, currentValues)),
  ]);
  const name = view.product.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return { fileName: `${name}-${view.version}-profile.tar.gz`, archive: await promisify(gzip)(tar) };
}
