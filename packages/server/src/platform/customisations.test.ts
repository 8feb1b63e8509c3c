import { expect, it } from 'vitest';
import { customisationsOf } from './customisations.ts';

const layer = {
  layer: 'cni',
  pack: 'calico',
  version: '1',
  digest: `sha256:${'a'.repeat(64)}`,
  baseValues: 'mode: ipip\nmtu: 1440\n',
} as const;
const presets = 'presets:\n- name: vxlan\n  group: Mode\n  add: |\n    mode: vxlan\n';
const switchedOn = '# spectrocloud.com/enabled-presets: Mode:vxlan\nmode: vxlan\n';

it('counts no customisation where only a preset was switched on', async () => {
  const currentValues = `${switchedOn}mtu: 1440\n`;
  expect(await customisationsOf({ ...layer, currentValues }, presets)).toEqual({
    customised: false,
    customisations: 0,
  });
  expect(await customisationsOf({ ...layer, currentValues }, '')).toEqual({ customised: true, customisations: 1 });
});

it('counts what the site changed besides', async () => {
  const currentValues = `${switchedOn}mtu: 9000\n`;
  expect(await customisationsOf({ ...layer, currentValues }, presets)).toEqual({ customised: true, customisations: 1 });
  expect(await customisationsOf({ ...layer, currentValues }, 'presets: 7\n')).toMatchObject({ customisations: 2 });
});
