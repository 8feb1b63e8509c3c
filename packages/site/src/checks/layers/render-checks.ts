import type { Check } from '@sealift/core/check';
import type { SealiftError } from '@sealift/core/errors';
import { mapAtOnce } from '@sealift/io/map-at-once';
import type { KubeObject } from '@sealift/kubernetes/object';
import { acceptable, block, type Finding, pass, runCheck, warn } from '@sealift/upgrade/preflight/check';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { listed, type MissingImage, missingImages, pulledImages } from '../../cluster/images/pulled-images.ts';
import { imageOf, ReleaseImages } from '../../cluster/images/release-images.ts';
import type { LayerTools } from '../../cluster/layers/layer-tools.ts';
import { renderLayer } from '../../cluster/layers/render-layer.ts';
import { consoleReads } from './console-reads.ts';
import { hostPorts } from './host-ports.ts';
import { kindsServed } from './kinds-served-check.ts';
import { namesStay } from './names-check.ts';
import type { RenderedLayer } from './in-namespaces.ts';
import { renderFailure, renderRemedyOf } from './render-failure.ts';
import { podsPlaced } from './pods-placed.ts';
import { quotasHaveRoom } from './quota-check.ts';
import { serviceAddresses } from './service-addresses-check.ts';
import { pullable, type WantedImage } from './images-pullable.ts';
import type { OpenLayerTools } from './layer-checks.ts';
import { type LayerMove, moveName } from './layer-move.ts';
import type { ImageRegistry } from '../../settings.ts';

/** Sixty charts, on a machine that does other things. */
const timeoutMs = 90_000;
/** Helm takes a processor for each. */
const atOnce = 2;
const shown = 5;
const openRemedy = 'Settle what is open in the merge, then run the preflight again; Confirm does so too.';

/** A layer as it would be applied, or why it would not. */
type Rendered =
  | { readonly layer: DesiredLayer; readonly objects: readonly KubeObject[] }
  | { readonly layer: DesiredLayer; readonly failure: SealiftError };

/** Whether what the upgrade applies renders with the values as they are merged now, and nodes get every image that comes of it. */
export function renderChecks(
  open: OpenLayerTools,
  { layers: moves, kubernetes }: { readonly layers: () => Promise<readonly LayerMove[]>; readonly kubernetes: string },
  imageRegistry: ImageRegistry | undefined,
): readonly Promise<Check>[] {
  let looking: Promise<readonly Rendered[] | null> | undefined;
  const look = (
    name: string,
    title: string,
    judge: (all: readonly Rendered[], tools: LayerTools) => Promise<Finding>,
  ) =>
    runCheck(
      name,
      title,
      async (cancel) => {
        const tools = await open(cancel);
        const all = await (looking ??= moves().then((found) => renderAll(found, tools)));
        return all === null
          ? warn('Not looked at while conflicts of the merge are open', openRemedy)
          : await judge(all, tools);
      },
      { timeoutMs },
    );
  return [
    look('layers-render', 'Every pack renders with its merged values', (all) => Promise.resolve(renders(all))),
    look('kinds-served', 'Somebody serves the kind of every object that is applied', (all, tools) => {
      const unrendered = failedOf(all).map(({ layer }) => moveName(layer));
      return kindsServed(renderedOf(all), { unrendered, kubernetes }, tools);
    }),
    look('host-ports', 'Nodes have the ports that pods will ask of them', (all, tools) =>
      hostPorts(objectsOf(all), tools),
    ),
    look('console-reads', 'A console that the upgrade brings can go on with it', (all) =>
      Promise.resolve(consoleReads(objectsOf(all))),
    ),
    look('pods-placed', 'Every pod has a node that it may come to', async (all, { objects, cancel }) =>
      podsPlaced(objectsOf(all), await objects.list({ apiVersion: 'v1', kind: 'Node' }, cancel)),
    ),
    look('names-stay', 'Names, addresses and certificates that people use stay', async (all, tools) => {
      const removed = (await moves()).filter(({ doing }) => doing === 'remove');
      return await namesStay(renderedOf(all), removed, tools);
    }),
    look('service-addresses', 'Services are there that workloads will connect to', (all, tools) =>
      serviceAddresses(renderedOf(all), tools),
    ),
    look('quota-room', 'Quotas have room for the pods that come', (all, tools) =>
      quotasHaveRoom(renderedOf(all), tools),
    ),
    look('images-known', 'Every image that pods will pull is in the release', imagesKnown),
    ...(imageRegistry === undefined
      ? []
      : [look('images-pullable', 'The image registry hands out every image that pods will pull', imagesPullable)]),
  ];
}

/** Null while the merge of a layer is open. */
async function renderAll(moves: readonly LayerMove[], tools: LayerTools): Promise<readonly Rendered[] | null> {
  const applied = moves.filter(({ doing }) => doing === 'apply');
  const wanted = applied.flatMap(({ next }) => next ?? []);
  if (wanted.length < applied.length) return null;
  return await mapAtOnce(wanted, atOnce, (layer) => renderOne(layer, tools));
}

async function renderOne(layer: DesiredLayer, tools: LayerTools): Promise<Rendered> {
  try {
    return { layer, objects: await renderLayer(layer, tools) };
  } catch (error) {
    return { layer, failure: renderFailure(error) };
  }
}

function renders(all: readonly Rendered[]): Finding {
  const failed = failedOf(all);
  const [first] = failed;
  if (first === undefined) return pass(`${all.length} packs`);
  const named = failed.slice(0, shown).map(({ layer, failure }) => `${moveName(layer)}: ${failure.message}`);
  const more = failed.length > shown ? `; and ${failed.length - shown} more` : '';
  return block(`${named.join('; ')}${more}`, renderRemedyOf(first.failure));
}

function failedOf(all: readonly Rendered[]) {
  return all.flatMap((one) => ('failure' in one ? [one] : []));
}

async function imagesKnown(all: readonly Rendered[], { content, imageRegistry, cancel }: LayerTools): Promise<Finding> {
  const missing: MissingImage[] = [];
  const others: MissingImage[] = [];
  for (const [release, objects] of byRelease(all)) {
    const images = await imagesOf(content, release, cancel);
    missing.push(...missingImages(imageRegistry, images, objects));
    // Of another digest than is pinned it may be a part of an image of the release, or of an image that nobody has.
    for (const part of pulledImages(objects).filter(({ image }) => images.isPart(image)))
      if ((await content.digestOfImage(part.image, cancel)) === undefined) missing.push(part);
    if (imageRegistry === undefined)
      others.push(...(await othersUnderTheirNames(images, objects, { content, cancel })));
  }
  if (missing.length === 0 && others.length > 0) {
    const finding = block(
      `In the registry of the console other content stands under the names of ${listed(others)}`,
      'Give the image registry (Site Settings, --image-registry): then images are pulled by the digest that the release pins.',
    );
    const consequence = 'Nodes whose mirror is that registry run what stands under the name there.';
    return acceptable(
      finding,
      consequence,
      others.map(({ image }) => image),
    );
  }
  if (missing.length === 0) {
    const images = new Set(pulledImages(objectsOf(all)).map(({ image }) => image));
    const own = [...images].filter((image) => imageRegistry && imageOf(imageRegistry.registry, image) !== undefined);
    const named =
      own.length === 0 ? '' : `, ${own.length} of them not of the release but by the image registry's own name`;
    return pass(`${images.size} images${named}`);
  }
  return block(
    `The release does not have ${listed(missing)}`,
    'Correct the values that name the image, or get a bundle of this release that holds it.',
  );
}

/** What pods would pull by a name that leads to other content than the release pins. */
async function othersUnderTheirNames(
  images: ReleaseImages,
  objects: readonly KubeObject[],
  { content, cancel }: Pick<LayerTools, 'content' | 'cancel'>,
): Promise<readonly MissingImage[]> {
  const others: MissingImage[] = [];
  for (const pulled of pulledImages(objects)) {
    const pinned = images.find(pulled.image, '');
    if (pinned?.tag === undefined) continue;
    const found = await content.digestOfImage(pulled.image, cancel);
    if (found !== undefined && found !== pinned.digest) others.push(pulled);
  }
  return others;
}

async function imagesPullable(all: readonly Rendered[], tools: LayerTools): Promise<Finding> {
  const { content, imageRegistry, objects, cancel } = tools;
  if (imageRegistry === undefined) return pass('Images keep their names');
  const wanted = new Map<string, WantedImage>();
  for (const [release, rendered] of byRelease(all)) {
    const images = await imagesOf(content, release, cancel);
    for (const { image } of pulledImages(rendered)) {
      const { repository, digest } = images.find(image, imageRegistry.base) ?? {};
      if (repository !== undefined && digest !== undefined) wanted.set(image, { repository, reference: digest });
      else {
        const own = imageOf(imageRegistry.registry, image);
        if (own !== undefined) wanted.set(image, own);
      }
    }
  }
  return await pullable(imageRegistry, wanted, objects, cancel);
}

async function imagesOf(content: LayerTools['content'], release: string, cancel: Cancel): Promise<ReleaseImages> {
  return new ReleaseImages(await content.openRelease(release, cancel));
}

/** Objects by the release that they are of. */
function byRelease(all: readonly Rendered[]): ReadonlyMap<string, readonly KubeObject[]> {
  return new Map(
    [...new Set(all.map(({ layer }) => layer.release))].map((release) => [
      release,
      objectsOf(all.filter(({ layer }) => layer.release === release)),
    ]),
  );
}

function renderedOf(all: readonly Rendered[]): readonly RenderedLayer[] {
  return all.flatMap((one) => ('objects' in one ? [one] : []));
}

function objectsOf(all: readonly Rendered[]): readonly KubeObject[] {
  return all.flatMap((one) => ('objects' in one ? one.objects : []));
}
