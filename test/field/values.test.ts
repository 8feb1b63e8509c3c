import type { UpgradeLayerRow } from '../../packages/server/src/store/tables/upgrades.ts';
import { mergeAnew } from '../../packages/server/src/merging/layer-merge.ts';
import { draftChecks } from '../../packages/server/src/upgrades/preflight/draft-checks.ts';
import { expect, it } from 'vitest';

const values = (maxPods: string) => `kubelet:\n  maxPods: ${maxPods}\n`;
const row: UpgradeLayerRow = {
  upgrade_id: 'u',
  hop: 0,
  position: 0,
  layer_id: 'k8s-kubernetes',
  layer: 'k8s',
  pack: 'kubernetes',
  display_name: 'Kubernetes',
  from_version: '1.26.8',
  to_version: '1.26.10',
  to_digest: `sha256:${'a'.repeat(64)}`,
  base: values('"110"'),
  current: values('"250"'),
  incoming: values('110'),
  migrations: '[]',
  resolutions: '[]',
  pasted: null,
  base_presets: null,
  incoming_presets: null,
  schema_notation: null,
  json_schema: JSON.stringify({ properties: { kubelet: { properties: { maxPods: { type: 'integer' } } } } }),
};
const plan = {
  product: 'Harborview',
  from: '4.2.12',
  to: '4.2.13',
  nodeImage: { needed: false, kubernetesFrom: '1.26.8', kubernetesTo: '1.26.10', reason: 'It stays.' },
  hops: [],
};

it('15, a value is of another type from now on, and the site has one of the former', async () => {
  const look = async (changed: Partial<UpgradeLayerRow>) => {
    const merged = { ...row, ...changed };
    const checks = await draftChecks(plan, [{ ...mergeAnew(merged), row: merged }]);
    return checks.find(({ name }) => name === 'values-valid');
  };
  const answered = (value: string) => ({
    resolutions: JSON.stringify([{ path: ['kubelet', 'maxPods'], value }]),
  });
  expect(await look(answered('"250"'))).toMatchObject({
    outcome: 'block',
    detail: 'kubernetes: kubelet.maxPods (line 2): must be integer',
    remedy: expect.stringContaining('Settle the path to a value that fits'),
  });
  expect(await look(answered('250'))).toMatchObject({ outcome: 'pass' });
  // The site's own value is asked about; it is not put in the place of another type in silence.
  expect(mergeAnew(row).summary.openConflicts).toBe(1);
});
