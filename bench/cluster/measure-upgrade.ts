// Runs upgrades of 60 layers one after another with the engine, in a process of its own: `measure-upgrade <kubeconfig> <that of the Machines> <namespace> <runs>`.
import { performance } from 'node:perf_hooks';
import { freeze, type PlanStep, rollbackOf } from '../../packages/core/src/upgrade/index.ts';
import { KubernetesClient } from '../../packages/kubernetes/src/connection/client.ts';
import { Objects } from '../../packages/kubernetes/src/objects/objects.ts';
import { LayerRuns } from '../../packages/site/src/cluster/layers/layer-runs.ts';
import { layersPort } from '../../packages/site/src/cluster/layers/layers-port.ts';
import { clusterRollouts } from '../../packages/site/src/cluster/rollouts.ts';
import { MemoryStore } from '../../packages/testkit/src/upgrade/memory-store.ts';
import { World } from '../../packages/testkit/src/upgrade/world.ts';
import { Engine } from '../../packages/upgrade/src/engine/engine.ts';
import { layerCount, manifestOf } from './sample-layers.ts';

/** What one upgrade took. */
export interface MeasuredUpgrade {
  readonly wallMs: number;
  /** In which this process did something, and not wait. */
  readonly busyMs: number;
  readonly cpuMs: number;
  /** The most that was resident. */
  readonly peakBytes: number;
}

/** Several upgrades of one process. */
export interface MeasuredUpgrades {
  /** Resident before the first began, connected and with all it has loaded. */
  readonly idleBytes: number;
  readonly upgrades: readonly MeasuredUpgrade[];
}

const sampleMs = 200;
const [kubeconfig = '', machinesKubeconfig = '', namespace = '', runs = '1'] = process.argv.slice(2);

async function main(): Promise<void> {
  const client = await KubernetesClient.connect({ kubeconfig });
  const other = await KubernetesClient.connect({ kubeconfig: machinesKubeconfig });
  try {
    const [objects, machines] = [new Objects(client), new Objects(other)];
    await Promise.all([objects.discovery.read(), machines.discovery.read()]);
    const idleBytes = process.memoryUsage.rss();
    const upgrades: MeasuredUpgrade[] = [];
    for (let run = 1; run <= Number(runs); run += 1) upgrades.push(await measure(objects, machines, `1.0.${run}`));
    process.stdout.write(JSON.stringify({ idleBytes, upgrades } satisfies MeasuredUpgrades));
  } finally {
    client.close();
    other.close();
  }
}

async function measure(objects: Objects, machines: Objects, version: string): Promise<MeasuredUpgrade> {
  const upgrade = upgradeTo(version);
  const store = new MemoryStore();
  store.add('bench', upgrade);
  const world = new World();
  world.releases.splice(0, world.releases.length, version);
  const ports = world.ports(() => Promise.resolve());
  const noNode = () => Promise.reject(new Error('no node is rolled here'));
  const noRelease = () => Promise.reject(new Error('no release is opened here'));
  const runs = new LayerRuns();
  const cluster = {
    ...clusterRollouts({
      objects: () => Promise.resolve(machines),
      enterprise: () => Promise.resolve(objects),
      templates: { find: noNode },
      disks: { look: noNode },
      cluster: { namespace: 'default', name: 'c1' },
    }),
    ...layersPort(
      {
        objects: () => Promise.resolve(objects),
        content: {
          openPack: ({ pack }) => Promise.resolve(packOf(Number(pack.replace('part-', '')), version)),
          openRelease: noRelease,
          openTool: noRelease,
          digestOfImage: noRelease,
        },
        holder: () => ({ id: 'bench', epoch: 1 }),
      },
      runs,
    ),
  };
  let peakBytes = 0;
  const sampling = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }, sampleMs);
  const [began, cpu, loop] = [performance.now(), process.cpuUsage(), performance.eventLoopUtilization()];
  try {
    const engine = new Engine({
      journal: store.journal,
      lease: store.lease,
      ports: { ...ports, cluster },
      holder: 'bench',
    });
    const outcome = await engine.run('bench');
    const { user, system } = process.cpuUsage(cpu);
    const { active } = performance.eventLoopUtilization(loop);
    if (store.state('bench') !== 'succeeded')
      throw new Error(`the upgrade ended so: ${JSON.stringify(outcome)} ${JSON.stringify(store.entries.at(-1))}`);
    return { wallMs: performance.now() - began, busyMs: active, cpuMs: (user + system) / 1000, peakBytes };
  } finally {
    await runs.close();
    clearInterval(sampling);
  }
}

function packOf(index: number, version: string) {
  const manifests = new Map([['manifests/all.yaml', manifestOf(index, version, namespace)]]);
  return { valuesYaml: '', manifests, charts: new Map<string, Uint8Array>() };
}

function upgradeTo(version: string) {
  const digest = `sha256:${version.replaceAll('.', '').padStart(64, '0')}`;
  const layers = Array.from({ length: layerCount }, (_, index) => ({
    layer: 'addon' as const,
    pack: `part-${index}`,
    version,
    digest,
  }));
  const step = (kind: 'lock-console' | 'validate' | 'unlock-console'): PlanStep => ({
    id: `0-${kind}`,
    kind,
    title: kind,
    rollback: rollbackOf[kind],
  });
  const steps: PlanStep[] = [
    step('lock-console'),
    ...layers.map((target): PlanStep => {
      const id = `0-layer-${target.layer}-${target.pack}`;
      return { id, kind: 'layer', title: id, rollback: rollbackOf.layer, target };
    }),
    step('validate'),
    step('unlock-console'),
  ];
  const ends = { from: '1.0.0', to: version };
  const nodeImage = { needed: false, kubernetesFrom: '1.37.2', kubernetesTo: '1.37.2', reason: 'the same' };
  return freeze({ product: 'Sample', ...ends, nodeImage, hops: [{ ...ends, release: digest, steps }] }, [
    { layers: layers.map((layer) => ({ ...layer, values: '', base: digest })) },
  ]);
}

await main();
