import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { freeze, type PlanStep, rollbackOf, type StepKind, type StepOf, type Wait } from '@sealift/core/upgrade';
import { startCuttingKubernetes } from '@sealift/testkit/cutting-kubernetes';
import { KubeApi } from '@sealift/testkit/site/kube-api';
import type { Site as TestSite } from '@sealift/testkit/site/site';
import { places } from '@sealift/testkit/site/site-objects';
import { MemoryStore } from '@sealift/testkit/upgrade/memory-store';
import { World } from '@sealift/testkit/upgrade/world';
import { waitUntil } from '@sealift/testkit/wait-until';
import { Engine, type RunOutcome } from '@sealift/upgrade/engine';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import type { Ports } from '@sealift/upgrade/ports/ports';
import { PackShelf } from '../../cluster/layers/testing/layer-bench.ts';
import { connectSite, type Site } from '../../connect-site.ts';

/** A step that the engine runs now, and what it says that it waits for. */
export interface Running {
  readonly outcome: Promise<RunOutcome>;
  /** The last wait that was written; undefined before the first, and once the step is done. */
  readonly waitsFor: () => Wait | undefined;
  /** The last line of the journal. */
  readonly last: () => unknown;
}

/** A whole site behind the product's own ports, and an engine that runs single steps on it: what it says is what people are shown. */
export class BlockerStage {
  readonly site: TestSite;
  readonly management: KubeApi;
  readonly workload: KubeApi;
  readonly shelf = new PackShelf();
  /** Whether the line to the management cluster is cut. */
  lineCut = false;
  readonly #adapters: Site;
  readonly #ends: (() => Promise<unknown>)[];
  #runs = 0;

  private constructor(
    site: TestSite,
    given: {
      readonly management: KubeApi;
      readonly workload: KubeApi;
      readonly kubeconfig: string;
      readonly ends: (() => Promise<unknown>)[];
    },
  ) {
    this.site = site;
    this.management = given.management;
    this.workload = given.workload;
    this.#ends = given.ends;
    const { url, username, password, caFile } = site.vcenter;
    const { namespace, clusterName: name } = site;
    this.#adapters = connectSite(
      {
        url,
        username,
        password: new Secret(password),
        caFile,
        places: { folder: places.templates },
        networks: [places.network],
        enterprise: { kubeconfig: site.workload.kubeconfig },
        management: { kubeconfig: given.kubeconfig },
        cluster: { namespace, name },
      },
      { content: this.shelf, holder: () => ({ id: 'engine', epoch: 1 }) },
    );
  }

  static async open(site: TestSite): Promise<BlockerStage> {
    const folder = await mkdtemp(join(tmpdir(), 'sealift-blockers-'));
    const kubeconfig = join(folder, 'management.kubeconfig');
    let stage: BlockerStage | undefined;
    const line = await startCuttingKubernetes(site.management.kubeconfig, kubeconfig, {
      before: () => (stage?.lineCut === true ? Promise.reject(new Error('the line is cut')) : Promise.resolve()),
    });
    const management = await KubeApi.fromKubeconfig(site.management.kubeconfig);
    const workload = await KubeApi.fromKubeconfig(site.workload.kubeconfig);
    const ends = [
      () => line.close(),
      async () => management.close(),
      async () => workload.close(),
      () => rm(folder, { recursive: true, force: true }),
    ];
    stage = new BlockerStage(site, { management, workload, kubeconfig, ends });
    return stage;
  }

  async close(): Promise<void> {
    await this.#adapters.close();
    for (const end of this.#ends) await end();
  }

  /** Rolls nodes, as a step of an upgrade does. */
  roll(kind: 'control-plane' | 'workers', target: StepOf<'workers'>['target']): Running {
    return this.#run({ ...this.#common(kind), target }, []);
  }

  apply({ layer, pack, version, digest, values }: DesiredLayer): Running {
    const target = { layer, pack, version, digest };
    return this.#run({ ...this.#common('layer'), target }, [{ ...target, values, base: digest }]);
  }

  #common<Kind extends StepKind>(kind: Kind) {
    this.#runs += 1;
    return { id: `${this.#runs}-${kind}`, kind, title: kind, rollback: rollbackOf[kind] };
  }

  #run(step: PlanStep, layers: Parameters<typeof freeze>[1][number]['layers']): Running {
    const ends = { from: '4.2.12', to: '4.2.13' };
    const digest = `sha256:${'b'.repeat(64)}`;
    const nodeImage = { needed: false, kubernetesFrom: '1.36.3', kubernetesTo: '1.36.3', reason: 'none' };
    const plan = {
      product: 'Harborview',
      ...ends,
      nodeImage,
      hops: [{ ...ends, release: digest, steps: [step] }],
    };
    const store = new MemoryStore();
    store.add(step.id, freeze(plan, [{ layers }]));
    // What no step here asks.
    const rest = new World().ports(() => Promise.resolve());
    const { vcenter, cluster, storage } = this.#adapters;
    const ports: Ports = { ...rest, vcenter, cluster, storage };
    const { journal, lease } = store;
    const engine = new Engine({ journal, lease, ports, holder: 'engine' });
    return {
      outcome: engine.run(step.id),
      last: () => store.entries.at(-1),
      waitsFor() {
        const last = store.entries.at(-1);
        return last?.phase === 'progress' ? last.data.wait : undefined;
      },
    };
  }
}

/** What stops a step. */
export interface Blocker {
  readonly name: string;
  /** Begins it, and resolves when it is there; the time counts from then on. */
  readonly begin: () => Promise<unknown>;
  /** What is to be named. */
  readonly named: { readonly kind: string; readonly name?: string; readonly what?: string };
  readonly end: () => Promise<unknown>;
}

/** How long it took until a blocker was named, in milliseconds, and as what. */
export interface Named {
  readonly blocker: string;
  readonly afterMs: number;
  readonly wait: Wait;
}

/** Lets a blocker begin, waits until it is named as it is to be, ends it, and waits until the step goes on. */
export async function meet(running: Running, { name, begin, named, end }: Blocker): Promise<Named> {
  const isNamed = (wait: Wait | undefined): wait is Wait =>
    wait?.object?.kind === named.kind &&
    wait.object.name.includes(named.name ?? '') &&
    wait.what.includes(named.what ?? '') &&
    wait.remedy !== null;
  await begin();
  const began = performance.now();
  let wait: Wait | undefined;
  await waitUntil(
    `${name} to be named`,
    () => {
      wait = running.waitsFor();
      return isNamed(wait);
    },
    120_000,
  ).catch((error: unknown) => {
    throw new Error(`${name} was not named; the last line is ${JSON.stringify(running.last())}`, { cause: error });
  });
  const afterMs = Math.round(performance.now() - began);
  if (wait === undefined) throw new Error(`${name} was not named`);
  await end();
  await waitUntil(`the step to go on after ${name}`, () => !isNamed(running.waitsFor()), 120_000);
  return { blocker: name, afterMs, wait };
}
