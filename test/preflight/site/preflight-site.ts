import { rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Check } from '@sealift/core/check';
import { layerId } from '@sealift/core/planner';
import { apply } from '@sealift/kubernetes/apply';
import { KubernetesClient } from '@sealift/kubernetes/client';
import type { KubeObject as LayerObject } from '@sealift/kubernetes/object';
import { Objects } from '@sealift/kubernetes/objects';
import { mediaTypes } from '@sealift/oci/descriptor';
import { digestOf } from '@sealift/oci/digest';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { KubeApi, type KubeObject } from '@sealift/testkit/site/kube-api';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { waitUntil } from '@sealift/testkit/wait-until';
import { run } from '../../../packages/cli/src/program.ts';
import { testContext } from '../../../packages/cli/src/testing/test-context.ts';
import {
  type PushedRelease,
  pushRelease,
  type ReleaseSketch,
} from '../../../packages/server/src/testing/push-release.ts';
import { RunningPlatform } from '../../../packages/server/src/testing/running-platform.ts';
import { installedValues, runInstalled, settleWorkloads } from './installed-release.ts';
import { plain, shop } from './releases.ts';
import { SampleSite } from './sample-site.ts';
import { VcenterMachines } from './vcenter-machines.ts';

const peers = ['etcd', 'kube-apiserver-1.36.3', 'cluster-api-core', 'vcenter-simulator', 'govc', 'helm'] as const;

/** What the site lacks; undefined when it can be set up. */
export const missingPeer = peers.map(peer).find((one) => one.missing);

/** The release that the site runs. */
export const installed = '1.0.0';

/** The first is that of the pack with the workloads. */
const layerIds = {
  cni: layerId({ layer: 'cni', pack: 'calico' }),
  k8s: layerId({ layer: 'k8s', pack: 'kubernetes' }),
} as const;
const records = '/api/v1/namespaces/sealift-system/secrets';
const pullSecret = { namespace: shop, name: 'pull' } as const;
/** So often a look is taken anew that was not over in time: on a machine with much to do, and by any person. */
const patience = 5;

/** A console that has adopted a real API server, a simulated vCenter and its own registry, and what persons do with them. */
export class PreflightSite {
  readonly platform: RunningPlatform;
  readonly cluster: Kubernetes;
  readonly simulator: VCenter;
  readonly site: SampleSite;
  /** Sets the clock of the console's machine so far ahead of all others. */
  readonly setMachineClock: (aheadMs: number) => void;
  readonly releases = new Map<string, PushedRelease>();
  /** How often a preflight was run. */
  looks = 0;
  #hidden: KubeObject | undefined;
  readonly #kept = new Map<string, (KubeObject & { status?: unknown }) | undefined>();
  #draft: { readonly id: string; readonly to: string } | undefined;
  /** What the site's settings are but for what a case changes. */
  #settings: Readonly<Record<string, unknown>> = {};

  private constructor(
    parts: Pick<PreflightSite, 'platform' | 'cluster' | 'simulator' | 'setMachineClock'>,
    api: KubeApi,
  ) {
    this.platform = parts.platform;
    this.cluster = parts.cluster;
    this.simulator = parts.simulator;
    this.setMachineClock = parts.setMachineClock;
    this.site = new SampleSite(api, new VcenterMachines(parts.simulator));
  }

  /** Starts everything, and adopts the installed release, which really runs. @param releases that the registry has besides @param setMachineClock see the member */
  static async start(
    releases: readonly ReleaseSketch[],
    setMachineClock: (aheadMs: number) => void,
  ): Promise<PreflightSite> {
    const [platform, cluster, simulator] = await Promise.all([
      RunningPlatform.start(),
      startKubernetes(peer('etcd'), peer('kube-apiserver-1.36.3')),
      startVCenter(peer('vcenter-simulator')),
    ]);
    const api = await KubeApi.fromKubeconfig(cluster.kubeconfig);
    const made = new PreflightSite({ platform, cluster, simulator, setMachineClock }, api);
    try {
      await made.#setUp(releases);
      return made;
    } catch (error) {
      await made.stop();
      throw error;
    }
  }

  get api(): KubeApi {
    return this.site.api;
  }

  async stop(): Promise<void> {
    this.api.close();
    await Promise.all([this.platform.stop(), this.cluster.stop(), this.simulator.stop()]);
  }

  async #setUp(releases: readonly ReleaseSketch[]): Promise<void> {
    await Promise.all([this.site.make(), this.push([plain(installed, { kubernetes: '1.36.3' }), ...releases])]);
    await this.makePullSecret();
    await this.configure({});
    await runInstalled({
      release: this.releases.get(installed),
      platform: this.platform,
      cluster: this.cluster,
      vcenter: this.simulator,
      api: this.api,
      imageRegistry: { registry: this.registryHost, base: 'sealift/images', pullSecret },
    });
    await this.#logIn();
    const values = [{ layer: 'cni', pack: 'calico', values: installedValues['calico'] }];
    const survey = (await this.call('POST', '/platform/survey', { version: installed, values })).body;
    if (survey.differences?.length !== 0) throw new Error(`the site cannot be adopted: ${JSON.stringify(survey)}`);
    await this.call('POST', '/platform/adopt', { version: installed, proposal: survey.digest, values });
  }

  /** Puts releases into the console's registry, and has it look what is there. */
  async push(sketches: readonly ReleaseSketch[]): Promise<void> {
    const client = this.platform.registry();
    try {
      for (const sketch of sketches) this.releases.set(sketch.version, await pushRelease(client, sketch));
    } finally {
      client.close();
    }
    const sync = await this.platform.sync();
    if (sync.state !== 'succeeded' || sync.refused.length > 0)
      throw new Error(`the sync came to no good end: ${JSON.stringify(sync)}`);
  }

  /** The login of the console's registry, as pods are given it. */
  async makePullSecret(password: string = this.platform.token): Promise<void> {
    const registry = this.registryHost;
    const auth = Buffer.from(`ci:${password}`).toString('base64');
    const data = {
      '.dockerconfigjson': Buffer.from(JSON.stringify({ auths: { [registry]: { auth } } })).toString('base64'),
    };
    const path = `/api/v1/namespaces/${pullSecret.namespace}/secrets`;
    const type = 'kubernetes.io/dockerconfigjson';
    if (await this.api.create(path, { metadata: { name: pullSecret.name }, type, data })) return;
    await this.api.merge(`${path}/${pullSecret.name}`, { data });
  }

  /** Gives the console the settings of the site, as a person does on its page. */
  async configure(change: Readonly<Record<string, unknown>>): Promise<void> {
    const { revision } = (await this.call('GET', '/site')).body;
    const { url, username, password, caFile } = this.simulator;
    const registry = this.registryHost;
    const none = { datacenter: null, folder: null, cluster: null, resourcePool: null, datastore: null };
    this.#settings = {
      vcenter: { url, username, password, ca: await readFile(caFile, 'utf8'), thumbprint: null },
      places: { ...none, network: 'VM Network' },
      enterprise: { text: await readFile(this.cluster.kubeconfig, 'utf8') },
      management: null,
      clusterName: { namespace: 'default', name: 'c1' },
      imageRegistry: { address: `${registry}/sealift/images`, pullSecret },
      ...change,
    };
    await this.call('PUT', '/site', { revision, ...this.#settings });
  }

  /** Says of the workloads of the shop what their controllers say once all of their pods run. */
  async workloadsSettle(): Promise<void> {
    await settleWorkloads(this.api);
  }

  /** Calls the console's API. @throws Error with its answer, where it refuses */
  async call(method: string, path: string, body?: unknown) {
    const answer = await this.platform.call(method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  /** Opens a draft of the upgrade to a release; the one that is open, where it is of that. */
  async draft(to: string, { anew = false } = {}): Promise<string> {
    const open = this.#draft;
    if (open !== undefined && !anew && open.to === to) return open.id;
    if (anew && open?.to === to)
      await this.call('POST', '/upgrades', { to: otherThan(to, this.releases), preflight: false });
    const { id } = (await this.call('POST', '/upgrades', { to, preflight: false })).body;
    this.#draft = { id, to };
    return id;
  }

  /** Gives a value of the pack that has the workloads, as a person settles one in the preview. */
  async choose(path: readonly string[], value: string): Promise<void> {
    const id = this.#draft?.id ?? '';
    await this.call('PUT', `/upgrades/${id}/layers/${layerIds.cni}/resolutions`, { resolutions: [{ path, value }] });
  }

  /** Puts a text of a person's own in the place of what was merged for a pack. */
  async paste(text: string, pack: keyof typeof layerIds = 'cni'): Promise<void> {
    await this.call('PUT', `/upgrades/${this.#draft?.id ?? ''}/layers/${layerIds[pack]}/text`, { text });
  }

  async dropPasted(pack: keyof typeof layerIds = 'cni'): Promise<void> {
    await this.call('DELETE', `/upgrades/${this.#draft?.id ?? ''}/layers/${layerIds[pack]}/text`);
  }

  /** Loses the file of an image of a release, as a disk does: what the registry hands out it has read. */
  loseImage(version: string): void {
    const image = this.releases.get(version)?.release.spec.images[0];
    if (image === undefined) throw new Error(`${version} has no image`);
    rmSync(join(this.platform.folder, 'data', 'registry', 'blobs', ...image.digest.split(':')));
  }

  /** Of the console's own registry, as nodes name it. */
  get registryHost(): string {
    return new URL(this.platform.console.url).host;
  }

  /** Puts an image of nothing into the console's registry. */
  async pushImage(repository: string, tag: string): Promise<void> {
    const client = this.platform.registry();
    try {
      const config = Buffer.from('{}');
      const described = { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length };
      await client.pushBlob(repository, described.digest, described.size, () =>
        Promise.resolve(Readable.from([config], { objectMode: false })),
      );
      const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: described, layers: [] };
      await client.putManifest(repository, tag, mediaTypes.manifest, Buffer.from(JSON.stringify(manifest)));
    } finally {
      client.close();
    }
  }

  /** Remembers an object as a layer brought it, until it is restored. */
  async keep(path: string): Promise<void> {
    this.#kept.set(path, await this.api.get<KubeObject & { status?: unknown }>(path));
  }

  /** Makes an object that was kept anew, as its layer's own. */
  async restore(path: string): Promise<void> {
    const kept = this.#kept.get(path);
    if (kept === undefined) throw new Error(`${path} was not kept`);
    const { status: _status, metadata, ...rest } = kept;
    const { name, namespace, labels, annotations } = metadata;
    await this.api.delete(path);
    const client = await KubernetesClient.connect({ kubeconfig: this.cluster.kubeconfig });
    try {
      await apply(new Objects(client), { ...rest, metadata: { name, namespace, labels, annotations } } as LayerObject);
    } finally {
      client.close();
    }
  }

  /** Takes away what the cluster keeps of a layer, until it is shown again. */
  async hideRecord(layer: string, pack: string): Promise<void> {
    const path = `${records}/layer-${layer}-${pack}`;
    this.#hidden = await this.api.get(path);
    if (!(await this.api.delete(path))) throw new Error(`there is no record of ${layer}/${pack}`);
  }

  async showRecord(): Promise<void> {
    const { name, namespace, labels, annotations } = this.#hidden?.metadata ?? { name: '' };
    await this.api.create(records, { ...this.#hidden, metadata: { name, namespace, labels, annotations } });
  }

  /** Takes helm from the console's PATH. */
  hideHelm(): void {
    process.env['PATH'] = (process.env['PATH'] ?? '')
      .split(delimiter)
      .filter((one) => one !== helmFolder)
      .join(delimiter);
  }

  showHelm(): void {
    process.env['PATH'] = `${helmFolder}${delimiter}${process.env['PATH'] ?? ''}`;
  }

  /** Makes the API server serve pools of addresses, as their provider does. */
  async definePools(): Promise<void> {
    const group = 'ipam.cluster.x-k8s.io';
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const definition = {
      metadata: { name: `inclusterippools.${group}` },
      spec: {
        group,
        names: { kind: 'InClusterIPPool', plural: 'inclusterippools' },
        scope: 'Namespaced',
        versions: [{ name: 'v1alpha2', served: true, storage: true, schema }],
      },
    };
    await this.define(definition, `/apis/${group}/v1alpha2/inclusterippools`);
  }

  /** Installs a definition, where it is not there, and waits until its objects are served at a path. */
  async define(definition: KubeObject, path: string): Promise<void> {
    if (!(await this.api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition))) return;
    await waitUntil(`${path} to be served`, async () =>
      this.api.list(path).then(
        () => true,
        () => false,
      ),
    );
  }

  /** What a person adds to a command of vCenter whose certificate no CA has signed. */
  get vcenterTrust(): readonly string[] {
    return ['--ca-file', this.simulator.caFile];
  }

  /** Runs the preflight of the open draft, by its route. */
  async look(): Promise<readonly Check[]> {
    const id = this.#draft?.id ?? '';
    for (let attempt = 1; ; attempt += 1) {
      await this.site.renewLeases(realNow());
      this.looks += 1;
      const { preflight } = (await this.call('POST', `/upgrades/${id}/preflight`)).body as { preflight: Check[] };
      const late = preflight.filter(({ detail }) => /not over within|in the time of a preflight/.test(detail));
      if (late.length === 0 || attempt >= patience) return preflight;
    }
  }

  /** Runs `sealift` with what a person types after it, signed in at the console; with the environment that leads to vCenter and the cluster. */
  async sealift(...args: string[]): Promise<string> {
    const { context, written } = testContext({ env: this.#environment() });
    const code = await run(args, context);
    const text = [...written.out, ...written.notes].join('\n');
    if (code !== 0) throw new Error(`sealift ${args.join(' ')}: ${code}\n${text}`);
    return text;
  }

  #environment(): Record<string, string> {
    const { url, username, password } = this.simulator;
    return {
      HOME: join(this.platform.folder, 'home'),
      PATH: process.env['PATH'] ?? '',
      // Root's would be the machine's own.
      SEALIFT_TRUSTED_KEYS: join(this.platform.folder, 'home', 'trusted'),
      KUBECONFIG: this.cluster.kubeconfig,
      SEALIFT_VCENTER: url,
      SEALIFT_VCENTER_USERNAME: username,
      SEALIFT_VCENTER_PASSWORD: password,
    };
  }

  async #logIn(): Promise<void> {
    await mkdir(join(this.platform.folder, 'home'), { recursive: true });
    const token = join(this.platform.folder, 'api.token');
    await writeFile(token, this.platform.token, { mode: 0o600 });
    await this.sealift('login', this.platform.console.url, '--token-file', token);
  }
}

/** Of the nodes: that of the machine may be told to be another. */
function realNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}

function otherThan(version: string, releases: ReadonlyMap<string, unknown>): string {
  const other = [...releases.keys()].find((one) => one !== version && one !== installed);
  if (other === undefined) throw new Error('a draft is dropped by one to another release, and there is none');
  return other;
}

/** For the console, which looks for helm there. */
export const helmFolder = dirname(peer('helm').path);
