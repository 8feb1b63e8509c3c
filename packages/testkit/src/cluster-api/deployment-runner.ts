import type { KubeApi, KubeObject } from '../site/kube-api.ts';
import type { BoundProcess } from '../process/bound-process.ts';

/** A Deployment as far as a program is run for it. */
export interface RunDeployment extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation?: number };
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly name: string;
          readonly image: string;
          readonly args?: readonly string[];
        }[];
      };
    };
  };
  readonly status?: unknown;
}

/** The program that stands for the pods of a Deployment. */
export interface RunProgram {
  readonly process: BoundProcess;
  /** Whether it is ready, as its probe would say. */
  isReady(): Promise<boolean>;
}

interface Running {
  readonly template: string;
  readonly program: RunProgram | undefined;
  /** How often it has ended by itself, and when it was seen last. */
  readonly ends: number;
  readonly endedAt: number | undefined;
}

const pauseMs = 100;
/** A kubelet waits longer after each end. */
const againMs = [500, 1000, 2000, 5000];

/**
 * Stands in for the controller of Deployments, the scheduler and a kubelet: runs one program for each Deployment of a cluster, anew when the
 * template of its pods changes or it ends, and says in its status how that program is.
 */
export class DeploymentRunner {
  readonly #api: KubeApi;
  readonly #run: (deployment: RunDeployment) => RunProgram | undefined;
  readonly #running = new Map<string, Running>();
  readonly #end = new AbortController();
  #work: Promise<void> = Promise.resolve();

  private constructor(api: KubeApi, run: (deployment: RunDeployment) => RunProgram | undefined) {
    this.#api = api;
    this.#run = run;
  }

  /** @param run starts the program of a Deployment; undefined for one that is available without any */
  static start(api: KubeApi, run: (deployment: RunDeployment) => RunProgram | undefined): DeploymentRunner {
    const runner = new DeploymentRunner(api, run);
    runner.#work = runner.#loop();
    return runner;
  }

  /** The program of a Deployment, by `namespace/name`. */
  processOf(name: string): BoundProcess | undefined {
    return this.#running.get(name)?.program?.process;
  }

  /** Ends all programs. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#work;
    await Promise.all([...this.#running.values()].map(async ({ program }) => await program?.process.stop()));
  }

  async #loop(): Promise<void> {
    while (!this.#end.signal.aborted) {
      await this.#round().catch(() => undefined);
      await new Promise((again) => setTimeout(again, pauseMs));
    }
  }

  async #round(): Promise<void> {
    const all = await this.#api.list<RunDeployment>('/apis/apps/v1/deployments');
    const names = new Set(all.map(nameOf));
    for (const [name, { program }] of this.#running) {
      if (names.has(name)) continue;
      await program?.process.stop();
      this.#running.delete(name);
    }
    for (const deployment of all) await this.#tend(deployment);
  }

  async #tend(deployment: RunDeployment): Promise<void> {
    const name = nameOf(deployment);
    const template = JSON.stringify(deployment.spec.template);
    let found = this.#running.get(name);
    if (found?.template !== template) {
      await found?.program?.process.stop();
      found = this.#begin(name, deployment, { template, ends: 0 });
    } else if (found.program?.process.ended === true) {
      const { ends, endedAt = Date.now() } = found;
      found = { ...found, endedAt };
      this.#running.set(name, found);
      const waitMs = againMs[Math.min(ends, againMs.length - 1)] ?? 0;
      if (Date.now() - endedAt >= waitMs) found = this.#begin(name, deployment, { template, ends: ends + 1 });
    }
    const { program } = found;
    const isReady = program === undefined || (!program.process.ended && (await program.isReady().catch(() => false)));
    const status = statusOf(deployment, isReady);
    if (isWithin(deployment.status, status)) return;
    const { namespace = '', name: own } = deployment.metadata;
    await this.#api.merge(`/apis/apps/v1/namespaces/${namespace}/deployments/${own}/status`, { status });
  }

  #begin(name: string, deployment: RunDeployment, known: Pick<Running, 'template' | 'ends'>): Running {
    const program = this.#end.signal.aborted ? undefined : this.#run(deployment);
    const begun = { ...known, program, endedAt: undefined };
    this.#running.set(name, begun);
    return begun;
  }
}

function nameOf({ metadata: { namespace = '', name } }: KubeObject): string {
  return `${namespace}/${name}`;
}

function statusOf({ metadata: { generation }, spec: { replicas = 1 } }: RunDeployment, isReady: boolean) {
  const ready = isReady ? replicas : 0;
  return {
    observedGeneration: generation,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: ready,
    availableReplicas: ready,
    unavailableReplicas: replicas - ready,
  };
}

/** Whether a status says all of this already; what is 0 is left out of one. */
function isWithin(status: unknown, wanted: Readonly<Record<string, number | undefined>>): boolean {
  const said = (status ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(([name, value]) => (said[name] ?? 0) === value);
}
