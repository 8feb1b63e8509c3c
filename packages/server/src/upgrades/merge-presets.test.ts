import { expect, it } from 'vitest';
import { mergeLayer } from './merge-cache.ts';

const row = {
  hop: 0,
  upgrade_id: 'u',
  position: 0,
  layer_id: 'cni-calico',
  layer: 'cni',
  pack: 'calico',
  display_name: 'Calico',
  from_version: '1',
  to_version: '2',
  to_digest: `sha256:${'a'.repeat(64)}`,
  base: 'mode: ipip\nmtu: 1440\n',
  current: 'mode: ipip\nmtu: 9000\n',
  incoming: 'mode: ipip\nmtu: 1440\nbpf: false\n',
  migrations: '[]',
  resolutions: '[]',
  pasted: null,
  base_presets: null,
  incoming_presets: null,
  schema_notation: null,
  json_schema: null,
};
const presets = (mode: string) => `presets:\n- name: vxlan\n  group: Mode\n  add: |\n    mode: ${mode}\n`;

it('takes what a preset changes for the release’s, not for a customisation', async () => {
  const current = '# spectrocloud.com/enabled-presets: Mode:vxlan\nmode: vxlan\nmtu: 1440\n';
  const plain = await mergeLayer({ ...row, current });
  expect(plain.summary.keptCustomisations).toBe(1);
  const known = await mergeLayer({
    ...row,
    current,
    base_presets: presets('vxlan'),
    incoming_presets: presets('vxlan-cross'),
  });
  expect(known.summary).toMatchObject({ keptCustomisations: 0, openConflicts: 0 });
  expect(known.text).toContain('mode: vxlan-cross\n');
});
