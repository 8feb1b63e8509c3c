import { buildPlan } from '@sealift/core/planner';
import { type Release, releaseSchema } from '@sealift/core/release';
import { type FrozenUpgrade, freeze } from '@sealift/core/upgrade';
import { ovaSha256, pinned } from '@sealift/testkit/upgrade/world';
import { describe, expect, it } from 'vitest';
import { ProcessModel, runOnce } from '../testing/process-model.ts';
import { newSetting, upgradeId } from '../testing/setting.ts';

const layer = { layer: 'addon', pack: 'platform', version: '4.2.12', digest: pinned.platform } as const;
const ovaOf = (kubernetes: string): string => `k-${kubernetes}.ova`;
const image = (kubernetes: string) => {
  return {
    ova: ovaOf(kubernetes),
    os: 'ubuntu-22.04',
    kubernetes,
    sha256: ovaSha256,
    digest: pinned.ova,
    sizeBytes: 1,
  };
};
const nodes = (version: string) => ({ version, template: `r_k-${version}` });

function release(version: string, kubernetes: string, between: readonly string[] = []): Release {
  return releaseSchema.parse({
    apiVersion: 'sealift.dev/v1',
    kind: 'Release',
    metadata: { product: 'Harborview', version },
    spec: {
      upgradesFrom: [{ range: '>=4.2.0 <4.2.13' }],
      kubernetes: { version: kubernetes, supported: '>=1' },
      nodeImage: image(kubernetes),
      ...(between.length === 0 ? {} : { intermediateNodeImages: between.map(image) }),
      layers: [layer],
      packs: [{ layer: 'addon', name: 'platform', version: '4.2.12', digest: pinned.platform, sizeBytes: 1 }],
      images: [],
    },
  });
}

/** From Kubernetes 1.33 to 1.37 in one upgrade. */
function chained(): FrozenUpgrade {
  const target = release('4.2.13', '1.37.2', ['1.34.8', '1.35.4', '1.36.3']);
  const plan = buildPlan({ installed: release('4.2.12', '1.33.1'), target, targetDigest: `sha256:${'b'.repeat(64)}` });
  return freeze(plan, [{ layers: [{ ...layer, values: 'replicas: 3\n', base: `sha256:${'c'.repeat(64)}` }] }]);
}

function settingOf(upgrade: FrozenUpgrade = chained()) {
  const setting = newSetting(upgrade);
  setting.world.templates.set('r_k-1.33.1', {
    name: 'r_k-1.33.1',
    sha256: ovaSha256,
    kubernetes: '1.33.1',
    poweredOn: false,
    marked: true,
  });
  for (const group of ['control-plane', 'workers'] as const) {
    setting.world.groups[group] = { desired: nodes('1.33.1'), updated: 3 };
  }
  setting.world.layers.splice(0, Number.POSITIVE_INFINITY, {
    layer: 'addon',
    pack: 'platform',
    version: '4.2.12',
    digest: pinned.platform,
    valuesHash: '',
    wait: null,
  });
  return setting;
}
const rolled = (effects: readonly string[]) => effects.filter((effect) => /^(?:roll|import) /.test(effect));

const whole = [
  'import r_k-1.34.8',
  'import r_k-1.35.4',
  'import r_k-1.36.3',
  'import r_k-1.37.2',
  'roll control-plane 1.34.8',
  'roll control-plane 1.35.4',
  'roll control-plane 1.36.3',
  'roll workers 1.36.3',
  'roll control-plane 1.37.2',
  'roll workers 1.37.2',
];

describe('an upgrade over several minors', () => {
  it('rolls the control plane through each, and the workers as seldom as they may be behind', async () => {
    const setting = settingOf();
    const outcome = await runOnce(setting, 'a');
    expect(outcome).toMatchObject({ result: 'rested', state: 'succeeded' });
    expect(rolled(setting.world.effects)).toEqual(whole);
    expect(setting.world.groups).toMatchObject({
      'control-plane': { desired: nodes('1.37.2') },
      workers: { desired: nodes('1.37.2') },
    });
  });

  it('is told what kubeadm shall do with the last rollout of each group, not on the way', async () => {
    const upgrade = chained();
    const kubernetes = { layer: 'k8s', pack: 'kubernetes', version: '1.37.2', digest: pinned.calico } as const;
    const values = 'kubeadmconfig: {}\n';
    const layers = [...(upgrade.hops[0]?.layers ?? []), { ...kubernetes, values, base: pinned.calico }];
    const setting = settingOf(freeze(upgrade.plan, [{ layers }]));
    const asked: string[] = [];
    const { world } = setting;
    const ports = world.ports.bind(world);
    world.ports = (...given) => {
      const all = ports(...given);
      const setRollout: typeof all.cluster.setRollout = async (group, nodes, cancel, setup) => {
        asked.push(`${group} ${nodes.version} ${setup?.map(({ pack }) => pack).join() ?? 'as it is'}`);
        await all.cluster.setRollout(group, nodes, cancel, setup);
      };
      return { ...all, cluster: { ...all.cluster, setRollout } };
    };
    await runOnce(setting, 'a');
    expect(asked).toEqual([
      'control-plane 1.34.8 as it is',
      'control-plane 1.35.4 as it is',
      'control-plane 1.36.3 as it is',
      'workers 1.36.3 as it is',
      'control-plane 1.37.2 kubernetes',
      'workers 1.37.2 kubernetes',
    ]);
  });

  it('goes on after a crash before or after every single write, and does nothing twice', async () => {
    const undisturbed = new ProcessModel(settingOf(), 'a');
    await undisturbed.engine.run(upgradeId);
    expect(undisturbed.writes).toBeGreaterThan(30);
    for (let write = 1; write <= undisturbed.writes; write += 1) {
      for (const when of ['before', 'after'] as const) {
        const setting = settingOf();
        const outcome = await new ProcessModel(setting, 'a', { write, when }).engine.run(upgradeId);
        setting.store.expireLease();
        if (outcome.result !== 'rested') await new ProcessModel(setting, 'b').engine.run(upgradeId);
        expect(rolled(setting.world.effects)).toEqual(whole);
      }
    }
  });

  it('begun again where an earlier one ended on the way does not go back', async () => {
    const setting = settingOf();
    setting.world.groups['control-plane'] = { desired: nodes('1.36.3'), updated: 3 };
    for (const version of ['1.34.8', '1.35.4', '1.36.3', '1.37.2']) {
      const name = nodes(version).template;
      setting.world.templates.set(name, {
        name,
        sha256: ovaSha256,
        kubernetes: version,
        poweredOn: false,
        marked: true,
      });
    }
    await runOnce(setting, 'a');
    expect(rolled(setting.world.effects)).toEqual([
      'roll workers 1.36.3',
      'roll control-plane 1.37.2',
      'roll workers 1.37.2',
    ]);
  });
});
