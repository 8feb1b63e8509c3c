import { setTimeout as delay } from 'node:timers/promises';
import { KubeApi, kubeconfigAccess } from '@sealift/testkit/site/kube-api';

const collection = '/api/v1/namespaces/default/configmaps';
const name = 'canary';
/** A client gives up on an API server after this long, and tries another connection. */
const timeoutMs = 600;
const pauseMs = 250;

/** How a client of a cluster fared. */
export interface CanaryReport {
  readonly written: number;
  readonly failed: number;
  /** The longest time from the first of several failures in a row to the next success. */
  readonly longestMs: number;
}

/** A client that writes through the load balancer again and again, each time over a connection of its own. */
export class Canary {
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;
  #report: CanaryReport = { written: 0, failed: 0, longestMs: 0 };

  constructor(kubeconfig: string) {
    this.#loop = this.#run(kubeconfig);
  }

  /** Ends it. */
  async stop(): Promise<CanaryReport> {
    this.#stop.abort();
    await this.#loop;
    return this.#report;
  }

  /** How it fared since it was last asked. */
  take(): CanaryReport {
    const report = this.#report;
    this.#report = { written: 0, failed: 0, longestMs: 0 };
    return report;
  }

  async #run(kubeconfig: string): Promise<void> {
    const access = await kubeconfigAccess(kubeconfig);
    let failingSince: number | null = null;
    for (let number = 1; !this.#stop.signal.aborted; number += 1) {
      const at = performance.now();
      const isWritten = await write(new KubeApi(access, { timeoutMs }), number);
      const { written, failed, longestMs } = this.#report;
      if (isWritten) {
        const row: number = failingSince === null ? 0 : performance.now() - failingSince;
        failingSince = null;
        this.#report = { written: written + 1, failed, longestMs: Math.max(longestMs, row) };
        await delay(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      } else {
        failingSince ??= at;
        this.#report = { written, failed: failed + 1, longestMs };
      }
    }
  }
}

async function write(api: KubeApi, number: number): Promise<boolean> {
  try {
    const data = { number: String(number) };
    if ((await api.merge(`${collection}/${name}`, { data })) !== undefined) return true;
    return await api.create(collection, { metadata: { name }, data });
  } catch {
    return false;
  } finally {
    api.close();
  }
}
