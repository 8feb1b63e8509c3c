// Runs upgrades of 60 layers one after another with the engine, in a process of its own: `measure-upgrade <MeasuredPlace as JSON>`.
import { performance } from 'node:perf_hooks';
import { freeze, type FrozenUpgrade, type PlanStep, rollbackOf } from '../../packages/core/src/upgrade/index.ts';
import { MemoryStore } from '../../packages/testkit/src/upgrade/memory-store.ts';
import { World } from '../../packages/testkit/src/upgrade/world.ts';
import { Engine } from '../../packages/upgrade/src/engine/engine.ts';
import { type Measured, type MeasuredPlace, openMeasured } from './measured-place.ts';
import { layerCount } from './sample-layers.ts';

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

async function main(place: MeasuredPlace): Promise<void> {
  const measured = await openMeasured(place);
  try {
    const idleBytes = process.memoryUsage.rss();
    const upgrades: MeasuredUpgrade[] = [];
    for (let run = 1; run <= place.runs; run += 1) upgrades.push(await measure(measured, place, run));
    process.stdout.write(JSON.stringify({ idleBytes, upgrades } satisfies MeasuredUpgrades));
  } finally {
    await measured.close();
  }
}

async function measure({ ports }: Measured, place: MeasuredPlace, run: number): Promise<MeasuredUpgrade> {
  const version = `1.0.${run}`;
  const store = new MemoryStore();
  store.add('bench', upgradeTo(version, place, run));
  // What no step here asks of the site.
  const world = new World();
  world.releases.splice(0, world.releases.length, version);
  const rest = world.ports(() => Promise.resolve());
  let peakBytes = 0;
  const sampling = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }, sampleMs);
  const [began, cpu, loop] = [performance.now(), process.cpuUsage(), performance.eventLoopUtilization()];
  try {
    const engine = new Engine({
      journal: store.journal,
      lease: store.lease,
      ports: { ...rest, ...ports },
      holder: 'bench',
    });
    const outcome = await engine.run('bench');
    const { user, system } = process.cpuUsage(cpu);
    const { active } = performance.eventLoopUtilization(loop);
    if (store.state('bench') !== 'succeeded')
      throw new Error(`the upgrade ended so: ${JSON.stringify(outcome)} ${JSON.stringify(store.entries.at(-1))}`);
    return { wallMs: performance.now() - began, busyMs: active, cpuMs: (user + system) / 1000, peakBytes };
  } finally {
    clearInterval(sampling);
  }
}

function upgradeTo(version: string, { site }: MeasuredPlace, run: number): FrozenUpgrade {
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
  const template = site?.templates[run - 1];
  const nodes = template === undefined ? undefined : { kubernetes: site?.kubernetes ?? '', template };
  const steps: PlanStep[] = [
    step('lock-console'),
    ...(nodes === undefined ? [] : [rollout('control-plane', nodes), rollout('workers', nodes)]),
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

function rollout(
  kind: 'control-plane' | 'workers',
  target: { readonly kubernetes: string; readonly template: string },
): PlanStep {
  return { id: `0-${kind}`, kind, title: kind, rollback: rollbackOf[kind], target };
}

await main(JSON.parse(process.argv[2] ?? '{}') as MeasuredPlace);
