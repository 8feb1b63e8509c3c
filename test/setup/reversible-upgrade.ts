import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installed, offered, prepareDemo } from '@sealift/cli/demo/demo-environment';
import { makeVendor, type Vendor } from '@sealift/cli/demo/vendor';
import { profileViewSchema, summarySchema } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { z } from 'zod';
import { build, readRelease } from '../../examples/harborview/build.ts';
import { copyWithKubernetes } from '../../examples/harborview/copy-with-kubernetes.ts';
import { startEnvironment, type TestEnvironment } from './environment.ts';
import { supportHost, type TypedIn } from './guide.ts';
import type { KilledAtEffects } from './killed-at-effects.ts';
import { PreviewedPoint } from './previewed-point.ts';

const stateSchema = z.looseObject({ layers: z.array(z.looseObject({ pack: z.string() })) });
const onTheWay = ['running', 'paused', 'rolling-back'] as const;

/** A platform with an upgrade of layers alone, every one of which can go back. */
export class ReversibleUpgrade {
  /** What it does to the cluster, in order. */
  static readonly effects = ['cni-calico', 'csi-vsphere-csi', 'ingress-nginx', 'platform'].map(
    (pack) => `applyLayer ${pack}`,
  );
  readonly point: PreviewedPoint;
  readonly #site: TestEnvironment;
  readonly #folder: string;

  private constructor(site: TestEnvironment, folder: string, point: PreviewedPoint) {
    this.#site = site;
    this.#folder = folder;
    this.point = point;
  }

  static async start(): Promise<ReversibleUpgrade> {
    const folder = await mkdtemp(join(tmpdir(), 'sealift-rollback-'));
    try {
      const site = await startEnvironment(200, undefined, { vendor: await vendorOfOneKubernetes(folder) });
      return new ReversibleUpgrade(site, folder, await PreviewedPoint.reach(site));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async remove(): Promise<void> {
    await this.#site.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Where somebody is logged in to the console. */
  get supportHost(): TypedIn {
    return supportHost(this.#site.context);
  }

  /** What the cluster runs, what is recorded of it, and what the Summary says of the release, byte for byte but for when and by which call it was applied. */
  async exported(): Promise<string> {
    const file = this.point.file('simulator', 'state.json');
    const { layers, lastEffect: _, ...state } = stateSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const running = layers.map(({ appliedAt: __, ...layer }) => layer).toSorted((a, b) => (a.pack < b.pack ? -1 : 1));
    const profile = await this.point.api.get('/api/v1/profile', profileViewSchema);
    const { version, lockedBy, partlyUpgraded } = await this.point.api.get('/api/v1/summary', summarySchema);
    return canonicalJson({ ...state, layers: running, profile, version, lockedBy, partlyUpgraded });
  }

  /** The same of a platform on which nothing was begun. */
  async exportedBefore(): Promise<string> {
    await this.point.begin(() => Promise.resolve());
    const before = await this.exported();
    await this.point.end();
    return before;
  }

  /** Goes on to an effect, and is paused there before anybody knows that it happened. */
  async pauseAfter(last: string, killing?: KilledAtEffects): Promise<void> {
    const { point } = this;
    let paused = false;
    await point.begin(async (when, effect) => {
      if (paused) return await killing?.atEffect(when, effect);
      if (when !== 'after' || effect !== last) return;
      paused = true;
      await point.api.postOnly(`/api/v1/upgrades/${point.id}/pause`, {});
    });
    await point.confirm();
    await point.until('paused', onTheWay);
  }

  /** Asks for the way back, and gives the end of it. */
  async rollBack(): Promise<unknown> {
    await this.point.api.postOnly(`/api/v1/upgrades/${this.point.id}/rollback`, {});
    return this.point.until('rolled-back', onTheWay);
  }
}

/** The sample with the older release's Kubernetes and node image in both, so that no machine is replaced. */
async function vendorOfOneKubernetes(folder: string): Promise<Vendor> {
  const harborview = join(folder, 'harborview');
  const [older, newer] = [readRelease(installed).spec, readRelease(offered).spec];
  await copyWithKubernetes(harborview, { [installed]: older.kubernetes.version, [offered]: newer.kubernetes.version });
  const file = join(harborview, offered, 'release.yaml');
  const text = (await readFile(file, 'utf8'))
    .replaceAll(newer.nodeImage?.ova ?? '', older.nodeImage?.ova ?? '')
    .replaceAll(newer.kubernetes.version, older.kubernetes.version);
  await writeFile(file, text);
  await build(offered, join(harborview, offered, 'build'), harborview);
  const cancel = new AbortController().signal;
  const options = { dir: join(folder, 'vendor'), env: process.env, say: () => undefined, cancel };
  const demo = await prepareDemo(options);
  return await makeVendor({ ...demo, checkout: { ...demo.checkout, harborview } }, [installed, offered]);
}
