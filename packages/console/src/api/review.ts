import {
  type AnswersRequest,
  layerManifestsSchema,
  layerTextsSchema,
  type Review,
  reviewedLayerSchema,
  type ReviewedLayer,
  reviewSchema,
} from '@sealift/core/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, request, send } from './http.ts';

/** Where the review of an upgrade is kept. */
export function reviewKey(id: string): readonly unknown[] {
  return ['upgrade', id, 'review'];
}

/** Every decision of an upgrade. */
export function useReview(id: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: reviewKey(id),
    queryFn: async ({ signal }) => {
      const fresh = await read(reviewSchema, `/upgrades/${encodeURIComponent(id)}/review`, signal);
      return newest(fresh, client.getQueryData<Review>(reviewKey(id)));
    },
  });
}

/** What was read may be older than what an answer that was saved meanwhile told. */
function newest({ layers }: Review, known: Review | undefined): Review {
  const byId = new Map(known?.layers.map((layer) => [layer.id, layer]));
  return {
    layers: layers.map((layer) => {
      const other = byId.get(layer.id);
      return other !== undefined && other.revision > layer.revision ? other : layer;
    }),
  };
}

/** The texts of one layer; of none, nothing is read. */
export function useLayerTexts(id: string, layerId: string | undefined) {
  return useQuery({
    queryKey: ['upgrade', id, 'texts', layerId],
    queryFn: ({ signal }) => read(layerTextsSchema, `${layerPath(id, layerId ?? '')}/texts`, signal),
    enabled: layerId !== undefined,
  });
}

/** Longer than the server takes at most. */
const renderTimeoutMs = 150_000;

/** What a layer comes to in the cluster, now and after the upgrade: rendered when it is asked for, and anew once the layer was edited. */
export function useLayerManifests(id: string, { id: layerId, revision }: Pick<ReviewedLayer, 'id' | 'revision'>) {
  return useQuery({
    queryKey: ['manifests', id, layerId, revision],
    queryFn: ({ signal }) => {
      const path = `${layerPath(id, layerId)}/manifests`;
      return request(layerManifestsSchema, 'GET', path, undefined, { signal, timeoutMs: renderTimeoutMs });
    },
    // Helm runs for it: nothing but an edit, or who asks again, makes it anew.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** Changes the answers to some conflicts of a layer, unless somebody else has edited it since. */
export function sendAnswers(
  id: string,
  { id: layerId, revision }: Pick<ReviewedLayer, 'id' | 'revision'>,
  answers: AnswersRequest,
): Promise<ReviewedLayer> {
  const path = `${layerPath(id, layerId)}/resolutions`;
  return request(reviewedLayerSchema, 'PATCH', path, answers, { ifMatch: tagOf(revision) });
}

/** What can be put in the place of a layer's merge. */
export type TextEdit = { kind: 'paste'; text: string } | { kind: 'back-to-merge' };

/** Puts a text in the place of a layer's merge, or takes it away; the upgrade's hash and blockers change with it. */
export function useTextEdit(id: string, { id: layerId, revision }: Pick<ReviewedLayer, 'id' | 'revision'>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (edit: TextEdit) => {
      const path = `${layerPath(id, layerId)}/text`;
      const limits = { ifMatch: tagOf(revision) };
      if (edit.kind === 'paste') return send('PUT', path, { text: edit.text }, limits);
      return send('DELETE', path, undefined, limits);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['upgrade', id] }),
  });
}

function tagOf(revision: number): string {
  return `"${revision}"`;
}

function layerPath(id: string, layerId: string): string {
  return `/upgrades/${encodeURIComponent(id)}/layers/${encodeURIComponent(layerId)}`;
}
