import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingPeer } from '../bundle/peer-path.ts';
import { runProgram } from '../bundle/run-program.ts';
import { type Row, row } from '../row.ts';
import { nodeCount, startBenchCluster } from './bench-cluster.ts';
import { measureUpgrades, over } from './measure.ts';
import { layerCount, manifestOf } from './sample-layers.ts';

/** What is demanded. */
const ownShare = 5;
const memoryLimit = 100;
const runs = 3;

/** Upgrades of 60 layers at a cluster of 100 nodes, one after another in one process; kubectl does the same to other objects. */
export async function upgradeRows(note: (text: string) => void): Promise<Row[]> {
  const peers = [
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kwok',
    'cluster-api-core',
  ] as const;
  if (missingPeer(note, ...peers)) return [];
  note(`starting an API server with ${nodeCount} nodes`);
  const cluster = await startBenchCluster();
  try {
    for (const name of ['ours', 'peer']) await cluster.api.create('/api/v1/namespaces', { metadata: { name } });
    note(`${runs} upgrades of ${layerCount} layers`);
    const { kubeconfig, machinesKubeconfig } = cluster;
    const { idleBytes, upgrades } = await measureUpgrades(
      { kubeconfig, machinesKubeconfig, namespace: 'ours', runs },
      note,
    );
    const [first, last] = [upgrades.at(1), upgrades.at(-1)];
    if (first === undefined || last === undefined) return [];
    const { wallMs, busyMs, cpuMs, peakBytes } = last;
    const name = `upgrade of ${layerCount} layers, ${nodeCount} nodes`;
    const rows = [
      row(`${name}: the engine's own time`, '%', (busyMs / wallMs) * 100, ownShare, 'limit'),
      row(`${name}: memory over idle`, 'MiB', over(peakBytes, idleBytes), memoryLimit, 'limit'),
      row(
        `the same, last upgrade over the second`,
        'MiB',
        over(peakBytes, first.peakBytes),
        over(first.peakBytes, idleBytes),
        'the second itself',
      ),
    ];
    note('the same with kubectl');
    const peer = await kubectl(cluster.folder, cluster.kubeconfig);
    return [
      ...rows,
      row(name, 's', wallMs / 1000, peer.wallMs / 1000, 'kubectl apply and rollout status'),
      row(`${name}: CPU`, 's', cpuMs / 1000, peer.cpuMs / 1000, 'kubectl apply and rollout status'),
    ];
  } finally {
    await cluster.stop();
  }
}

/** The second of two versions, as of ours the last of several: the objects are there. */
async function kubectl(
  folder: string,
  kubeconfig: string,
): Promise<{ readonly wallMs: number; readonly cpuMs: number }> {
  let measured = { wallMs: 0, cpuMs: 0 };
  for (const version of ['1.0.1', '1.0.2']) {
    const place = join(folder, version);
    mkdirSync(place);
    for (let index = 0; index < layerCount; index += 1)
      writeFileSync(join(place, `${index}.yaml`), manifestOf(index, version, 'peer'));
    const script = [
      'set -e',
      `layers() { for index in $(seq 0 ${layerCount - 1}); do`,
      '  kubectl apply --server-side --field-manager=bench -f "$1/$index.yaml" >/dev/null',
      '  kubectl rollout status -n peer "deployment/part-$index" >/dev/null',
      'done; }',
      "TIMEFORMAT='%U %S'",
      '{ time layers "$0" 2>&3; } 3>&2 2>&1',
    ].join('\n');
    const { stdout, milliseconds } = await runProgram('bash', ['-c', script, place], {
      env: { KUBECONFIG: kubeconfig },
    });
    const seconds = stdout
      .trim()
      .split(' ')
      .map(Number)
      .reduce((sum, one) => sum + one, 0);
    measured = { wallMs: milliseconds, cpuMs: seconds * 1000 };
  }
  return measured;
}
