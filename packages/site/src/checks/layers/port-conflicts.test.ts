import type { HostPortPod } from '@sealift/kubernetes/host-ports';
import type { KubeObject } from '@sealift/kubernetes/object';
import { describe, expect, it } from 'vitest';
import { portConflicts } from './port-conflicts.ts';

const nodes: readonly KubeObject[] = [
  node('cp', { role: 'control-plane' }, [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]),
  node('w1', { role: 'worker' }),
  node('w2', { role: 'worker' }),
];

function node(name: string, labels: Record<string, string>, taints: readonly unknown[] = []): KubeObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints } };
}

function workload(kind: string, name: string, port: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const { replicas, ...spec } = more;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { namespace: 'shop', name },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      template: { spec: { ...spec, containers: [{ name: 'a', ports: [{ containerPort: 80, ...port }] }] } },
    },
  };
}

function pod(on: string, name: string, port: number, kind = 'DaemonSet', ip = '0.0.0.0'): HostPortPod {
  return { node: on, owner: { kind, namespace: 'other', name }, ports: [{ protocol: 'TCP', ip, port }] };
}

const told = (rendered: readonly KubeObject[], pods: readonly HostPortPod[]) =>
  portConflicts(rendered, pods, nodes).map(
    ({ wanted, port, holder, node: on }) => `${wanted.name} ${port.port}: ${holder.name} on ${on}`,
  );

describe('a port that pods of an upgrade ask of their nodes', () => {
  const exporter = workload('DaemonSet', 'exporter', { hostPort: 9100 });

  it('is in the way of a DaemonSet when somebody else has it on a node that it comes to', () => {
    expect(told([exporter], [pod('w2', 'old', 9100)])).toEqual(['exporter 9100: old on w2']);
    expect(told([exporter], [pod('w2', 'old', 9101)])).toEqual([]);
  });

  it('is no matter where the DaemonSet does not come to: by a taint, by its selector', () => {
    const pods = [pod('cp', 'static', 9100, 'Pod')];
    expect(told([exporter], pods)).toEqual([]);
    const everywhere = workload('DaemonSet', 'exporter', { hostPort: 9100 }, { tolerations: [{ operator: 'Exists' }] });
    expect(told([everywhere], pods)).toEqual(['exporter 9100: static on cp']);
    const onWorkers = workload(
      'DaemonSet',
      'exporter',
      { hostPort: 9100 },
      { tolerations: [{ operator: 'Exists' }], nodeSelector: { role: 'worker' } },
    );
    expect(told([onWorkers], pods)).toEqual([]);
  });

  it('is not judged where an affinity leads to nodes', () => {
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } };
    const led = workload('DaemonSet', 'exporter', { hostPort: 9100 }, { affinity });
    expect(told([led], [pod('w1', 'old', 9100)])).toEqual([]);
  });

  it('is the own one of pods that run already', () => {
    const own = { ...pod('w1', 'exporter', 9100), owner: { kind: 'DaemonSet', namespace: 'shop', name: 'exporter' } };
    expect(told([exporter], [own])).toEqual([]);
    // A chart's object may name no namespace.
    const { namespace: _, ...metadata } = exporter.metadata;
    expect(told([{ ...exporter, metadata: { ...metadata } }], [own])).toEqual([]);
  });

  it('counts as it will be asked for by what is of the same upgrade, and not as it is now', () => {
    const moved = workload('DaemonSet', 'old', { hostPort: 9101 });
    const before = { ...pod('w1', 'old', 9100), owner: { kind: 'DaemonSet', namespace: 'shop', name: 'old' } };
    expect(told([exporter, moved], [before])).toEqual([]);
    const stays = workload('DaemonSet', 'old', { hostPort: 9100 });
    expect(told([exporter, stays], [])).toEqual(['exporter 9100: old on w1', 'old 9100: exporter on w1']);
  });

  it('is free enough for a Deployment as long as it has a node for each replica', () => {
    const ingress = (replicas: number) => workload('Deployment', 'ingress', { hostPort: 443 }, { replicas });
    const pods = [pod('w1', 'other', 443)];
    expect(told([ingress(1)], pods)).toEqual([]);
    expect(told([ingress(2)], pods)).toEqual(['ingress 443: other on w1']);
  });

  it('is each port of a container in the network of its host, and none of another address or protocol', () => {
    const host = workload('DaemonSet', 'exporter', { containerPort: 9100 }, { hostNetwork: true });
    expect(told([host], [pod('w1', 'old', 9100)])).toEqual(['exporter 9100: old on w1']);
    expect(told([workload('DaemonSet', 'exporter', {})], [pod('w1', 'old', 80)])).toEqual([]);
    const local = workload('DaemonSet', 'exporter', { hostPort: 9100, hostIP: '10.0.0.1' });
    expect(told([local], [pod('w1', 'old', 9100, 'DaemonSet', '10.0.0.2')])).toEqual([]);
    expect(told([local], [pod('w1', 'old', 9100)])).toEqual(['exporter 9100: old on w1']);
    const udp = workload('DaemonSet', 'exporter', { hostPort: 9100, protocol: 'UDP' });
    expect(told([udp], [pod('w1', 'old', 9100)])).toEqual([]);
  });
});
