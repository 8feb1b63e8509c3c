import { expect, it } from 'vitest';
import { newSetupOf } from './node-setup.ts';

const values = `# Kubernetes
pack: { podCIDR: 10.0.0.0/8 }
kubeadmconfig:
  apiServer:
    extraArgs: { profiling: "false" }
  kubeletExtraArgs: { event-qps: "0" }
  clusterName: one
`;
const k8s = (text: string) => [{ layer: 'k8s', pack: 'kubernetes', values: text } as const];

it.each([
  ['a comment, and values of others', (text: string) => `${text.replace('10.', '11.')}# more\n`, []],
  ['what kubeadm is not told', (text: string) => text.replace('one', 'two'), []],
  ['an argument of the API server', (text: string) => text.replace('"false"', '"true"'), ['control-plane']],
  ['an argument of the kubelet', (text: string) => text.replace('"0"', '"1"'), ['control-plane', 'workers']],
  ['a file', (text: string) => `${text}  files: [{ path: /a, content: b }]\n`, ['control-plane', 'workers']],
  ['all of it', () => '', ['control-plane', 'workers']],
])('%s that changes sets up anew whom it is about', (_, change, groups) => {
  expect(newSetupOf(k8s(values), k8s(change(values)))).toEqual(groups);
});

it('only the layers of nodes ask kubeadm for anything', () => {
  const addon = { layer: 'addon', pack: 'other', values } as const;
  expect(newSetupOf(k8s(values), [...k8s(values), addon])).toEqual([]);
  const os = { layer: 'os', pack: 'ubuntu', values: 'kubeadmconfig:\n  preKubeadmCommands: [date]\n' } as const;
  expect(newSetupOf(k8s(values), [os, ...k8s(values)])).toEqual(['control-plane', 'workers']);
});
