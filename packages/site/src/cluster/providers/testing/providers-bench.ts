import { createHash } from 'node:crypto';
import { KubernetesClient } from '@sealift/kubernetes/client';
import { waitUntilEstablished } from '@sealift/kubernetes/established';
import type { KubeObject } from '@sealift/kubernetes/object';
import { Objects } from '@sealift/kubernetes/objects';
import { DeploymentRunner, type RunDeployment, type RunProgram } from '@sealift/testkit/deployment-runner';
import type { Kubernetes } from '@sealift/testkit/kube-apiserver';
import { type Component, manifestOf } from '@sealift/testkit/sample-components';
import { KubeApi } from '@sealift/testkit/site/kube-api';
import type { OpenedPack, PinnedPack } from '@sealift/upgrade/ports/content';
import type { DesiredProviders, ProvidersPort, ProvidersStatus } from '@sealift/upgrade/ports/providers';
import { type ProvidersAccess, providersPort } from '../providers-port.ts';

export const never: AbortSignal = new AbortController().signal;

/** A pack of components, and what a release that brings it asks for. */
export interface ComponentsPack {
  readonly desired: DesiredProviders;
  readonly opened: OpenedPack;
}

/** Makes a pack of components, all of one version. */
export function packOf(
  version: string,
  components: readonly Component[],
  more: Partial<OpenedPack> = {},
): ComponentsPack {
  const text = manifestOf(components);
  const digest = `sha256:${createHash('sha256').update(version).update(text).digest('hex')}`;
  const manifests = new Map([['manifests/components.yaml', text]]);
  return {
    desired: {
      core: version,
      kubeadm: version,
      vsphere: version,
      components: { pack: 'cluster-api', version, digest },
    },
    opened: { valuesYaml: '', manifests, charts: new Map(), ...more },
  };
}

/** A cluster that runs Deployments, with the port to its providers, and packs of components. */
export class ProvidersBench {
  readonly client: KubernetesClient;
  readonly objects: Objects;
  readonly access: ProvidersAccess;
  readonly runner: DeploymentRunner;
  readonly #api: KubeApi;
  readonly #packs = new Map<string, OpenedPack>();

  private constructor(
    client: KubernetesClient,
    cluster: Pick<Kubernetes, 'url' | 'ca' | 'token'>,
    run: (deployment: RunDeployment) => RunProgram | undefined,
  ) {
    this.client = client;
    this.objects = new Objects(client);
    this.#api = new KubeApi({ server: cluster.url, ca: cluster.ca, token: cluster.token });
    this.runner = DeploymentRunner.start(this.#api, run);
    this.access = {
      objects: () => Promise.resolve(this.objects),
      content: { openPack: (pinned) => this.#open(pinned) },
      holder: () => ({ id: 'engine', epoch: 1 }),
    };
  }

  /** @param run starts what a Deployment runs; by default each is available at once */
  static async open(
    cluster: Pick<Kubernetes, 'kubeconfig' | 'url' | 'ca' | 'token'>,
    run: (deployment: RunDeployment) => RunProgram | undefined = () => undefined,
  ): Promise<ProvidersBench> {
    const client = await KubernetesClient.connect({ kubeconfig: cluster.kubeconfig, retryDelaysMs: [] });
    return new ProvidersBench(client, cluster, run);
  }

  async close(): Promise<void> {
    await this.runner.stop();
    this.#api.close();
    this.client.close();
  }

  port(over: Partial<ProvidersAccess> = {}): ProvidersPort {
    return providersPort({ ...this.access, ...over });
  }

  /** Puts a pack where its digest leads to. */
  shelve({ desired, opened }: ComponentsPack): DesiredProviders {
    this.#packs.set(desired.components.digest, opened);
    return desired;
  }

  /** Creates objects as another program would; definitions among them are served afterwards. */
  async createAs(manager: string, components: readonly Component[]): Promise<void> {
    for (const one of components) {
      const path = await this.objects.pathOf({ ...one, ...one.metadata });
      const at = path.slice(0, path.lastIndexOf('/'));
      const answer = await this.client.ask({ method: 'POST', path: at, query: { fieldManager: manager }, body: one });
      if (answer.status >= 300 && answer.status !== 409) throw new Error(JSON.stringify(answer.body));
    }
    const definitions = components.filter(({ kind }) => kind === 'CustomResourceDefinition');
    for (const one of definitions) await waitUntilEstablished(this.objects, one);
  }

  /** Patches an object as another program would. */
  async patchAs(manager: string, of: KubeObject | Component, body: unknown): Promise<void> {
    const path = await this.objects.pathOf({ ...of, ...of.metadata });
    const answer = await this.client.ask({ method: 'PATCH', path, query: { fieldManager: manager }, body });
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  }

  /** As the step does: waits, and asks again for what only the running providers make possible. */
  async settle(desired: DesiredProviders, port = this.port()): Promise<ProvidersStatus> {
    for (const deadline = Date.now() + 120_000; Date.now() < deadline; ) {
      const status = await port.status(never);
      if (status.digest !== desired.components.digest) await port.apply(desired, never);
      else if (status.wait === null && status.complete) return status;
      else if (status.wait === null) await port.apply(desired, never);
      else await new Promise((again) => setTimeout(again, 100));
    }
    throw new Error(`not settled: ${JSON.stringify(await port.status(never))}`);
  }

  async #open({ digest }: PinnedPack): Promise<OpenedPack> {
    const found = this.#packs.get(digest);
    if (found === undefined) throw new Error(`no pack of digest ${digest}`);
    return await Promise.resolve(found);
  }
}

/** What a Deployment is told, for the container of a provider. */
export function argumentsOf(object: KubeObject | undefined): readonly string[] {
  const spec = (object?.['spec'] ?? {}) as {
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly args?: readonly string[] }[] } };
  };
  return spec.template?.spec?.containers?.[0]?.args ?? [];
}
