import { describe, expect, it } from 'vitest';
import { type KubeadmSettings } from './kubeadm-settings.ts';
import { changeSetup, type JoinConfiguration } from './owner-setup.ts';
import type { RolloutOwner } from './rollout-owner.ts';
import { settingsIn } from './kubeadm-config.ts';

const none: KubeadmSettings = new Map();
const owner = { kind: 'KubeadmControlPlane', name: 'c1-cp', setup: { config: {} } } as unknown as RolloutOwner;
const joins = (config: JoinConfiguration['written'] & object): JoinConfiguration => ({
  owner: 'KubeadmControlPlane c1-cp',
  isControlPlane: true,
  settings: undefined,
  written: config,
});

describe('a control plane whose settings go', () => {
  it('keeps its parts that may not be taken away, with what kubeadm does by itself', () => {
    const before = {
      clusterConfiguration: { apiServer: { extraArgs: [{ name: 'a', value: '1' }] } },
      joinConfiguration: { nodeRegistration: { kubeletExtraArgs: [{ name: 'max-pods', value: '50' }] } },
    };
    const written = changeSetup(
      owner,
      joins({ config: { clusterConfiguration: before.clusterConfiguration }, form: 'list', template: undefined }),
      settingsIn({ joinConfiguration: before.joinConfiguration }),
      new Set(),
    );
    expect(written?.config).toEqual(before);
    const back = changeSetup(
      owner,
      joins({ config: before, form: 'list', template: undefined }),
      none,
      new Set(written?.own),
    );
    expect(back?.patch).toEqual({
      joinConfiguration: { nodeRegistration: { kubeletExtraArgs: null, imagePullPolicy: 'IfNotPresent' } },
    });
  });
});
