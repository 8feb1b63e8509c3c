import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { canonicalJson } from '@sealift/core/canonical-json';
import { freeze, rollbackOf } from '@sealift/core/upgrade';
import { hashOfFrozen } from '@sealift/upgrade/frozen';
import { z } from 'zod';
import { packFiles } from '../../../packages/cli/src/commands/server/pack/pack-files.ts';
import { planText } from '../../../packages/server/src/upgrades/stored-plan.ts';
import { consoleNames } from '../../../packages/cli/src/commands/server/pack/console-manifests.ts';

/** Packs by their digests. */
export const shelfSchema = z.record(z.string(), z.object({ manifests: z.record(z.string(), z.string()) }));
export const emptyRelease = { images: [], elsewhere: [], tools: [] };

/** A version of the console as a release has it. */
export interface ConsoleVersion {
  readonly version: string;
  readonly image: string;
}

const releaseDigest = `sha256:${'b'.repeat(64)}`;

/** The two layers of a version of the console, in a release's order. */
function layersOf({ version, image }: ConsoleVersion) {
  const files = packFiles({ version, image, reads: [1] });
  return [consoleNames.imagePack, consoleNames.pack].map((pack) => {
    const manifests = Object.fromEntries([...files].filter(([path]) => path.startsWith(`${pack}/manifests/`)));
    const digest = `sha256:${createHash('sha256').update(JSON.stringify(manifests)).digest('hex')}`;
    return { pack, version, digest, manifests, values: files.get(`${pack}/values.yaml`) ?? '' };
  });
}

/** Writes the packs of some versions into a file, by their digests. */
export function writeShelf(path: string, versions: readonly ConsoleVersion[]): void {
  const packs = versions.flatMap(layersOf).map(({ digest, manifests }) => [digest, { manifests }]);
  writeFileSync(path, JSON.stringify(Object.fromEntries(packs)));
}

/** The statement that stores an upgrade as approved and begun, whose release has these layers alone. */
export function storeUpgradeTo(id: string, version: ConsoleVersion): string {
  const layers = layersOf(version);
  const ends = { from: '1.0.0', to: version.version };
  const steps = layers.map(({ pack, version: of, digest }) => ({
    id: `0-layer-addon-${pack}`,
    kind: 'layer' as const,
    title: pack,
    rollback: rollbackOf.layer,
    target: { layer: 'addon' as const, pack, version: of, digest },
  }));
  const plan = {
    product: 'Harborview',
    ...ends,
    nodeImage: { needed: false, kubernetesFrom: '1.37.2', kubernetesTo: '1.37.2', reason: 'It stays.' },
    hops: [{ ...ends, release: releaseDigest, steps }],
  };
  const merged = layers.map(({ pack, version: of, digest, values }) => ({
    layer: 'addon' as const,
    pack,
    version: of,
    digest,
    values,
    base: digest,
  }));
  const frozen = freeze(plan, [{ layers: merged }]);
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const texts = [id, 'Harborview', ends.from, ends.to, releaseDigest, 'running', planText(plan)];
  const values = [...texts, canonicalJson(frozen), hashOfFrozen(frozen)].map(quoted).join(', ');
  const names =
    'id, product, from_version, to_version, release_digest, state, plan, frozen, hash, profile_revision, created_at, confirmed_at';
  return `insert into upgrade (${names}) values (${values}, 1, now(), now())`;
}
