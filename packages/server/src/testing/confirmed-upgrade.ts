import { canonicalJson } from '@sealift/core/canonical-json';
import { type FrozenUpgrade, freeze } from '@sealift/core/upgrade';
import { hashOfFrozen } from '@sealift/upgrade/frozen';
import type { Db } from '../store/store.ts';
import { planText } from '../upgrades/stored-plan.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

const place = { layer: 'cni', pack: 'calico' } as const;

/** One hop of two steps, for tests of what surrounds the engine. */
export const frozenSample: FrozenUpgrade = freeze(
  {
    product: 'Harborview',
    from: '1.0.0',
    to: '1.0.1',
    nodeImage: { needed: false, kubernetesFrom: '1.26.8', kubernetesTo: '1.26.8', reason: 'It stays.' },
    hops: [
      {
        from: '1.0.0',
        to: '1.0.1',
        release: digest('b'),
        steps: [{ id: '0-lock-console', kind: 'lock-console', title: 'Lock', rollback: 'reversible' }],
      },
    ],
  },
  [
    {
      layers: [
        {
          layer: 'cni',
          pack: 'calico',
          version: '2',
          digest: digest('d'),
          values: 'mtu: 9000\nnew: true\n',
          base: digest('e'),
        },
      ],
    },
  ],
  {
    before: {
      release: digest('a'),
      layers: [{ ...place, version: '1', digest: digest('c'), values: 'mtu: 9000\n', base: digest('f') }],
    },
  },
);

const layer = { ...place, base: 'mtu: 1440\n', current: 'mtu: 9000\n' };

/** Puts a profile and a confirmed upgrade into the store, past every check. */
export async function storeConfirmedUpgrade(db: Db, id: string, state = 'running'): Promise<void> {
  await storeProfile(db);
  await storeUpgrade(db, id, state);
}

async function storeProfile(db: Db): Promise<void> {
  await db
    .insertInto('profile')
    .values({
      id: 1,
      product: 'Harborview',
      version: '1.0.0',
      release_digest: digest('a'),
      revision: 1,
      recorded_by: 'test',
    })
    .execute();
  await db
    .insertInto('profile_layer')
    .values({
      position: 0,
      layer: layer.layer,
      pack: layer.pack,
      version: '1',
      digest: digest('c'),
      base_values: layer.base,
      current_values: layer.current,
    })
    .execute();
}

/** Puts a confirmed upgrade of the stored profile into the store. */
export async function storeUpgrade(db: Db, id: string, state: string): Promise<void> {
  await db
    .insertInto('upgrade')
    .values({
      id,
      product: 'Harborview',
      from_version: '1.0.0',
      to_version: '1.0.1',
      release_digest: digest('b'),
      profile_revision: 1,
      state,
      plan: planText(frozenSample.plan),
      frozen: canonicalJson(frozenSample),
      hash: hashOfFrozen(frozenSample),
      created_at: new Date(),
      confirmed_at: new Date(),
    })
    .execute();
  await db
    .insertInto('upgrade_layer')
    .values({
      ...layer,
      upgrade_id: id,
      position: 0,
      layer_id: 'cni-calico',
      display_name: 'Calico',
      from_version: '1',
      to_version: '2',
      to_digest: digest('d'),
      incoming: 'mtu: 1440\nnew: true\n',
      migrations: '[]',
      resolutions: '[]',
    })
    .execute();
}
