import type { LayerManifestsView } from '@sealift/core/api';
import { layerId } from '@sealift/core/planner';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import type { LayerManifests } from '@sealift/upgrade/ports/manifests';
import { installedProfile } from '../../platform/installed.ts';
import { inTime } from '../../platform/in-time.ts';
import type { UpgradeRow } from '../../store/tables/upgrades.ts';
import { assertDraft } from '../assert-draft.ts';
import { planDraft } from '../freeze.ts';
import { mergeLayers } from '../layer-chain.ts';
import { layerMoves } from '../preflight/layer-moves.ts';
import { addressedLayer, loadLayer, loadLayers } from '../queries.ts';
import type { UpgradeServices } from '../upgrade-services.ts';

/** What renders, and where drafts are. */
interface RenderingServices extends Pick<UpgradeServices, 'store'> {
  readonly cluster: Pick<UpgradeServices['cluster'], 'manifests'>;
}

/** For both sides of one layer; a person waits for it. */
const limitSeconds = 120;

/**
 * What a layer of a draft comes to in the cluster: its objects with the values that run, beside those with the values that were merged. Helm renders
 * them now, for this cluster; nothing is changed, and nothing is kept with the draft.
 *
 * @param address of the layer, in whichever hop: what runs is beside what runs in the end
 * @throws NOT_FOUND, UPGRADE_NOT_DRAFT, CLUSTER_…, HELM_…, KUBERNETES_…, PACK_…
 */
export async function layerManifests(
  { store: { db }, cluster }: RenderingServices,
  row: UpgradeRow,
  address: string,
): Promise<LayerManifestsView> {
  assertDraft(row);
  await loadLayer(db, row.id, address);
  const merged = await mergeLayers(await loadLayers(db, row.id));
  const { plan } = await planDraft(db, row, merged);
  const { layer } = addressedLayer(address);
  const move = layerMoves(await installedProfile(db), plan, merged).find((one) => layerId(one) === layer);
  const isOpen = merged.some(({ row: of, summary }) => of.layer_id === layer && summary.openConflicts > 0);
  if (isOpen) return { change: 'open', now: null, next: null };
  if (move === undefined || move.doing === 'nothing') return { change: 'none', now: null, next: null };
  return await inTime({ what: 'what the layer comes to', seconds: limitSeconds }, async (cancel) => {
    const render = async (wanted: DesiredLayer | undefined): Promise<LayerManifests | null> =>
      wanted === undefined ? null : await cluster.manifests.render(wanted, cancel);
    const now = await render(move.now);
    return { change: 'changed', now, next: move.doing === 'remove' ? null : await render(move.next) };
  });
}

/** Runs works one after the other: each runs helm several times, and who reads has one page open. */
export function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    const mine = last.then(work);
    // Whether one failed is no matter of the next.
    last = mine.catch(() => undefined);
    return await mine;
  };
}
