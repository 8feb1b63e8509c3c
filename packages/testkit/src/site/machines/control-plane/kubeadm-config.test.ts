import { expect, it } from 'vitest';
import { configurationIn, extraArgsOf, filesIn } from './kubeadm-config.ts';

const kubeadm = `---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.3
apiServer:
  extraArgs:
  - name: audit-log-maxage
    value: "7"
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
`;

const userData = (file: object): string =>
  `## template: jinja\n#cloud-config\n${JSON.stringify({ write_files: [file] })}`;

it('the first machine finds the cluster’s configuration in its user data, written plainly or in base64', () => {
  const path = '/run/kubeadm/kubeadm.yaml';
  for (const file of [
    { path, content: kubeadm },
    { path, content: Buffer.from(kubeadm).toString('base64'), encoding: 'base64' },
  ]) {
    const found = configurationIn(userData(file));
    expect(filesIn(userData(file))).toEqual([{ path, content: kubeadm }]);
    expect(found?.kubernetesVersion).toBe('v1.36.3');
    expect(extraArgsOf(found?.apiServer)).toEqual({ 'audit-log-maxage': '7' });
  }
});

it('a machine that joins finds none, nor one without user data', () => {
  const content = 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n';
  expect(configurationIn(userData({ path: '/run/kubeadm/kubeadm-join-config.yaml', content }))).toBeUndefined();
  expect(configurationIn('')).toBeUndefined();
});
