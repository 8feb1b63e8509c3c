import { mapAtOnce } from '@sealift/io/map-at-once';
import { rewriteVersions } from '@sealift/kubernetes/rewrite-versions';
import type { StaleKind } from '@sealift/kubernetes/stale-versions';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import type { StaleVersions, StoredVersionsPort } from '@sealift/upgrade/ports/stored-versions';
import type { LayerTools } from '../layers/layer-tools.ts';
import { renderLayer } from '../layers/render-layer.ts';
import { staleKinds } from './stale-kinds.ts';

const atOnce = 3;

/**
 * Stored versions of a real cluster: its definitions compared with those that the layers bring.
 *
 * @param open tools for layers of a release
 */
export function storedVersionsPort(
  open: (cancel: Cancel, release: string | undefined) => Promise<LayerTools>,
): StoredVersionsPort {
  const find = async (coming: readonly DesiredLayer[], tools: LayerTools): Promise<readonly StaleKind[]> => {
    const brought = await mapAtOnce(coming, atOnce, (layer) => renderLayer(layer, tools));
    return await staleKinds(tools.objects, brought.flat(), tools.cancel);
  };
  return {
    async stale(coming, cancel) {
      return (await find(coming, await open(cancel, coming[0]?.release))).map(told);
    },
    async rewrite(coming, cancel) {
      const tools = await open(cancel, coming[0]?.release);
      for (const kind of await find(coming, tools)) {
        const { objects: done } = await rewriteVersions(tools.objects, kind, { cancel });
        const failed = done.find(({ error }) => error !== undefined)?.error;
        if (failed !== undefined) throw failed;
      }
      // What is served may be another version from now on.
      tools.objects.discovery.forget();
    },
  };
}

function told({ definition, stored, managed, objects, target, trouble }: StaleKind): StaleVersions {
  return {
    definition,
    versions: [...new Set([...stored, ...managed])].toSorted(),
    objects: objects?.total ?? null,
    target: target ?? null,
    trouble: trouble === null ? null : { reason: trouble.message, remedy: trouble.hint },
  };
}
