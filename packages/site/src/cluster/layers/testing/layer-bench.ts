import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { KubernetesClient } from '@sealift/kubernetes/client';
import type { KubeObject } from '@sealift/kubernetes/object';
import { Objects } from '@sealift/kubernetes/objects';
import type { Kubernetes } from '@sealift/testkit/kube-apiserver';
import type { Peer } from '@sealift/testkit/peers';
import { hashOfValues } from '@sealift/upgrade/frozen';
import type { DesiredLayer, LayerStatus } from '@sealift/upgrade/ports/cluster';
import { type LayersAccess, openTools } from '../layers-access.ts';
import type { LayerTools } from '../layer-tools.ts';
import type { OpenedPack, PinnedPack, PinnedRelease, PinnedTool } from '@sealift/upgrade/ports/content';
import { LayerRuns } from '../layer-runs.ts';
import { layersPort, type LayersPort } from '../layers-port.ts';
import { applyToTheEnd, removeToTheEnd } from '../to-the-end.ts';

export const never: AbortSignal = new AbortController().signal;

/** A pack in memory, pinned by the digest of what it holds. */
export class PackShelf {
  readonly #packs = new Map<string, OpenedPack>();
  opened = 0;
  /** Digest of the release that its packs are of, and what that pins. */
  readonly release = `sha256:${'e'.repeat(64)}`;
  pinned: PinnedRelease = { images: [], elsewhere: [], tools: [] };
  /** Digests that names of images lead to, where these are not what the release pins. */
  readonly held = new Map<string, string>();
  /** Programs of the release, by their SHA-256. */
  readonly programs = new Map<string, Uint8Array>();

  /** Puts a pack on the shelf, and makes the layer that runs it. */
  layer(
    of: {
      readonly layer?: DesiredLayer['layer'];
      readonly pack: string;
      readonly version?: string;
      readonly values?: string;
      readonly profile?: Readonly<Record<string, string>>;
    },
    content: {
      readonly manifests?: Readonly<Record<string, string>>;
      readonly charts?: Readonly<Record<string, Uint8Array>>;
    },
  ): DesiredLayer {
    const { layer = 'addon', pack, version = '1.0.0', values = '' } = of;
    const manifests = new Map(Object.entries(content.manifests ?? {}));
    const charts = new Map(Object.entries(content.charts ?? {}));
    const hash = createHash('sha256').update(JSON.stringify([pack, version, [...manifests]]));
    for (const [path, bytes] of charts) hash.update(path).update(bytes);
    const digest = `sha256:${hash.digest('hex')}`;
    this.#packs.set(digest, { valuesYaml: '', manifests, charts });
    const profile = new Map(Object.entries(of.profile ?? {}));
    return { layer, pack, version, digest, values, valuesHash: hashOfValues(values), profile, release: this.release };
  }

  async openPack({ digest }: PinnedPack): Promise<OpenedPack> {
    this.opened += 1;
    const found = this.#packs.get(digest);
    if (found === undefined) throw new Error(`no pack of digest ${digest}`);
    return await Promise.resolve(found);
  }

  async openTool({ sha256 }: PinnedTool): Promise<AsyncIterable<Uint8Array>> {
    const found = this.programs.get(sha256);
    if (found === undefined) throw new Error(`no program of SHA-256 ${sha256}`);
    return await Promise.resolve(Readable.from([found]));
  }

  async openRelease(digest: string): Promise<PinnedRelease> {
    if (digest !== this.release) throw new Error(`no release of digest ${digest}`);
    return await Promise.resolve(this.pinned);
  }

  digestOfImage(image: string): Promise<string | undefined> {
    const pinned = this.pinned.images.find(({ name }) => name === image || name.endsWith(`/${image}`));
    return Promise.resolve(this.held.get(image) ?? pinned?.digest);
  }
}

/** A cluster with the port to its layers, and what a test looks at beside the port. */
export class LayerBench {
  readonly shelf = new PackShelf();
  readonly client: KubernetesClient;
  readonly objects: Objects;
  readonly access: LayersAccess;

  private constructor(client: KubernetesClient, cluster: Pick<Kubernetes, 'kubeconfig'>, helm: Peer) {
    this.client = client;
    this.objects = new Objects(client);
    this.access = {
      objects: () => Promise.resolve(this.objects),
      kubeconfig: { kubeconfig: cluster.kubeconfig },
      helm: { path: helm.path },
      content: this.shelf,
      holder: () => ({ id: 'engine', epoch: 1 }),
    };
  }

  static async open(cluster: Pick<Kubernetes, 'kubeconfig'>, helm: Peer): Promise<LayerBench> {
    const client = await KubernetesClient.connect({ kubeconfig: cluster.kubeconfig, retryDelaysMs: [] });
    return new LayerBench(client, cluster, helm);
  }

  close(): void {
    this.client.close();
  }

  /** As the engine's, with the work of each call done when it returns. */
  port(over: Partial<LayersAccess> = {}): LayersPort {
    const port = this.begins(new LayerRuns(), over);
    return {
      ...port,
      applyLayer: (layer, cancel) => applyToTheEnd(port, layer, cancel),
      removeLayer: (place, cancel) => removeToTheEnd(port, place, cancel),
    };
  }

  /** The port itself: work goes on when a call has returned. */
  begins(runs: LayerRuns, over: Partial<LayersAccess> = {}): LayersPort {
    return layersPort({ ...this.access, ...over }, runs);
  }

  tools(cancel: AbortSignal): Promise<LayerTools> {
    return openTools(this.access, cancel);
  }

  async status(pack: string, port = this.port()): Promise<LayerStatus | undefined> {
    return (await port.layers(never)).find((one) => one.pack === pack);
  }

  get(apiVersion: string, kind: string, name: string, namespace?: string): Promise<KubeObject | undefined> {
    return this.objects.get({ apiVersion, kind, name, namespace });
  }

  async configMap(name: string, namespace = 'default'): Promise<unknown> {
    return (await this.get('v1', 'ConfigMap', name, namespace))?.['data'];
  }
}
