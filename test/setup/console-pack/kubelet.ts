import type { Service } from '@sealift/cli/demo/child-process';
import type { KubeApi, KubeObject } from '@sealift/testkit/site/kube-api';
import { consoleNames } from '../../../packages/cli/src/commands/server/pack/console-manifests.ts';

interface Pod extends KubeObject {
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly image: string }[] };
  readonly status?: { readonly phase?: string };
}

/** A process that stands for the console's pod. */
interface Running {
  readonly uid: string;
  readonly image: string;
  readonly service: Service<unknown>;
}

const pauseMs = 300;
const { namespace, pack } = consoleNames;
const pods = `/api/v1/namespaces/${namespace}/pods`;

/**
 * Runs the console's process where its pod is, as a kubelet does: it ends with the pod, and begins with the next. All else that happens to the pod is the
 * cluster's own doing.
 */
export class Kubelet {
  readonly #api: KubeApi;
  readonly #start: (image: string) => Promise<Service<unknown>>;
  /** The image of each start. */
  readonly started: string[] = [];
  #running: Running | undefined;
  #ended = false;
  #work: Promise<void> = Promise.resolve();

  private constructor(api: KubeApi, start: (image: string) => Promise<Service<unknown>>) {
    this.#api = api;
    this.#start = start;
  }

  static run(api: KubeApi, start: (image: string) => Promise<Service<unknown>>): Kubelet {
    const kubelet = new Kubelet(api, start);
    kubelet.#work = kubelet.#loop();
    return kubelet;
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#work;
    await this.#running?.service.stop();
  }

  async #loop(): Promise<void> {
    while (!this.#ended) {
      // An API server may be away for a moment: nodes of the control plane are replaced too.
      await this.#round().catch(() => undefined);
      await new Promise((again) => setTimeout(again, pauseMs));
    }
  }

  async #round(): Promise<void> {
    const all = (await this.#api.list<Pod>(pods)).filter(
      ({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === pack,
    );
    const pod = all.find(({ metadata, status }) => !isGoing(metadata) && status?.phase === 'Running');
    if (pod?.metadata.uid !== undefined && pod.metadata.uid === this.#running?.uid) return;
    if (this.#running !== undefined) {
      await this.#running.service.stop();
      this.#running = undefined;
    }
    if (pod?.metadata.uid === undefined) return;
    const image = pod.spec.containers[0]?.image ?? '';
    this.started.push(image);
    this.#running = { uid: pod.metadata.uid, image, service: await this.#start(image) };
  }
}

function isGoing(metadata: { readonly deletionTimestamp?: string | null | undefined }): boolean {
  return (metadata.deletionTimestamp ?? null) !== null;
}
