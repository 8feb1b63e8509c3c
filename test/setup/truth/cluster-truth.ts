import { setTimeout as delay } from 'node:timers/promises';
import { clusterNodesSchema } from '@sealift/core/api';
import { z } from 'zod';

const layersSchema = z.object({
  layers: z.array(z.object({ layer: z.string(), pack: z.string(), version: z.string() })),
});
const rolloutSchema = z
  .object({ desired: z.object({ template: z.string() }), updated: z.int() })
  .transform(({ desired, updated }): Rollout => ({ template: desired.template, updated }));

/** As the simulated cluster has them, of either group. */
export const machinesOfGroup = 3;

/** What the machines of a group are asked to be made from, and how many are. */
interface Rollout {
  readonly template: string;
  readonly updated: number;
}

/** What the simulated cluster itself says, over its own line, without faults. */
export interface ClusterState {
  readonly nodes: z.infer<typeof clusterNodesSchema>['nodes'];
  /** Version by `layer/pack`. */
  readonly layers: ReadonlyMap<string, string>;
  readonly rollouts: { readonly 'control-plane': Rollout; readonly workers: Rollout };
}

/** A look at the cluster: the state held at some moment between both times (ms since 1970). */
interface Look {
  readonly begun: number;
  readonly ended: number;
  readonly state: ClusterState;
}

/** Looks at a cluster all the time, and knows afterwards what was true when. */
export class ClusterTruth {
  readonly #url: string;
  readonly #looks: Look[] = [];
  readonly #stopped = new AbortController();
  #change = Promise.withResolvers<void>();
  #watching: Promise<void> | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  watch(everyMs = 100): void {
    this.#watching = (async () => {
      while (!this.#stopped.signal.aborted) {
        await this.look();
        await delay(everyMs);
      }
    })();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#watching;
  }

  async look(): Promise<void> {
    const begun = Date.now();
    const [{ nodes }, { layers }, controlPlane, workers] = await Promise.all([
      this.#read('/v1/cluster/nodes', clusterNodesSchema),
      this.#read('/v1/cluster/layers', layersSchema),
      this.#read('/v1/cluster/rollouts/control-plane', rolloutSchema),
      this.#read('/v1/cluster/rollouts/workers', rolloutSchema),
    ]);
    const versions = new Map(layers.map(({ layer, pack, version }) => [`${layer}/${pack}`, version]));
    const state = { nodes, layers: versions, rollouts: { 'control-plane': controlPlane, workers } };
    const before = this.#looks.at(-1);
    this.#looks.push({ begun, ended: Date.now(), state });
    if (before === undefined || textOf(before.state) === textOf(state)) return;
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  /** Settles when some machines of a group are replaced and others are not. */
  async rolling(): Promise<void> {
    while (!isRolling(this.#looks.at(-1)?.state)) await this.changed();
  }

  /** Settles when the cluster is found to be another than before. */
  changed(): Promise<void> {
    return this.#change.promise;
  }

  /** The states that held at some moment from one time to another (ms since 1970): a state holds from the look before it to the look after it. */
  during(from: number, to: number): readonly ClusterState[] {
    return this.#looks
      .filter((_, index) => {
        const begins = this.#looks[index - 1]?.begun ?? Number.NEGATIVE_INFINITY;
        const ends = this.#looks[index + 1]?.ended ?? Number.POSITIVE_INFINITY;
        return begins <= to && ends >= from;
      })
      .map(({ state }) => state);
  }

  async #read<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    const answer = await fetch(`${this.#url}${path}`);
    return schema.parse(await answer.json());
  }
}

function textOf({ nodes, layers, rollouts }: ClusterState): string {
  return JSON.stringify([nodes, [...layers], rollouts]);
}

function isRolling(state: ClusterState | undefined): boolean {
  return Object.values(state?.rollouts ?? {}).some(({ updated }) => updated > 0 && updated < machinesOfGroup);
}
