import { describe, expect, it } from 'vitest';
import { clusterFlags, emulating, type Flags, flagParts, shadowFlags } from './cluster-flags.ts';

const flags = (given: Readonly<Record<string, string>>): Flags =>
  new Map(Object.entries(given).map(([name, value]) => [name, [value]]));

describe("the flags of a cluster's API servers", () => {
  it.each([
    ['a list', '[{name: runtime-config, value: a/v1=true}, {name: v, value: "2"}]'],
    ['a map, as older kubeadm writes it', '{runtime-config: a/v1=true, v: "2"}'],
  ])('are read from %s', (_, extraArgs) => {
    const text = `kind: ClusterConfiguration\napiServer:\n  extraArgs: ${extraArgs}\nnetworking: {serviceSubnet: 10.128.0.0/16}\n`;
    const { extra, serviceSubnet } = clusterFlags(text);
    expect(flagParts(extra)).toEqual(['--runtime-config=a/v1=true', '--v=2']);
    expect(serviceSubnet).toBe('10.128.0.0/16');
  });

  it('are none where the configuration has none', () => {
    expect(clusterFlags('kind: ClusterConfiguration\n')).toEqual({ extra: new Map(), serviceSubnet: undefined });
  });

  it('reach a shadow but for those about machines, which are named', () => {
    const { flags: kept, leftOut } = shadowFlags(
      flags({
        'feature-gates': 'X=true',
        'audit-log-maxage': '3',
        'some-config': '/etc/kubernetes/some.yaml',
        'etcd-servers': 'https://10.0.0.1:2379',
        'service-account-issuer': 'https://issuer',
        'authentication-token-webhook-config-file': 'x',
        'secure-port': '6443',
      }),
    );
    expect([...kept.keys()]).toEqual(['feature-gates', 'enable-admission-plugins', 'disable-admission-plugins']);
    expect(leftOut).toEqual([
      'audit-log-maxage',
      'authentication-token-webhook-config-file',
      'etcd-servers',
      'secure-port',
      'service-account-issuer',
      'some-config',
    ]);
  });

  it('let a shadow ask no webhook of the cluster, and keep the other plugins', () => {
    const { flags: kept } = shadowFlags(
      flags({
        'enable-admission-plugins': 'NodeRestriction,ValidatingAdmissionWebhook',
        'disable-admission-plugins': 'ServiceAccount',
      }),
    );
    expect(kept.get('enable-admission-plugins')).toEqual(['NodeRestriction']);
    expect(kept.get('disable-admission-plugins')).toEqual([
      'ServiceAccount,MutatingAdmissionWebhook,ValidatingAdmissionWebhook',
    ]);
    const only = shadowFlags(flags({ 'enable-admission-plugins': 'ValidatingAdmissionWebhook' }));
    expect(only.flags.has('enable-admission-plugins')).toBe(false);
  });

  it('enable what kubeadm enables where they enable nothing else', () => {
    const enabled = (given: Readonly<Record<string, string>>) =>
      shadowFlags(flags(given)).flags.get('enable-admission-plugins');
    expect([enabled({}), enabled({ 'enable-admission-plugins': 'PodNodeSelector' })]).toEqual([
      ['NodeRestriction'],
      ['PodNodeSelector'],
    ]);
  });

  it('say which minor is emulated, and lose it on the way back', () => {
    const given = flags({ v: '2', 'emulated-version': '1.36' });
    expect(flagParts(emulating(given, undefined))).toEqual(['--v=2']);
    expect(flagParts(emulating(given, '1.37'))).toEqual(['--v=2', '--emulated-version=1.37']);
  });
});
