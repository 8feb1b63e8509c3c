import {
  layerHistorySchema,
  type LayerValues,
  layerValuesCheckSchema,
  layerValuesSchema,
  upgradeSchema,
} from '@sealift/core/api';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, request, tagOf } from './http.ts';
import { profileKey, upgradesKey } from './query-keys.ts';

function pathOf(id: string, part = ''): string {
  return `/profile/layers/${encodeURIComponent(id)}${part}`;
}

/** A layer's values as they run, with the schema of its pack. */
export function useLayerValues(id: string) {
  return useQuery({
    queryKey: [...profileKey, id],
    queryFn: ({ signal }) => read(layerValuesSchema, pathOf(id), signal),
    // What is being edited is not changed below one's hands; that it is old is told when it is sent.
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What the layer ran before, page by page. */
export function useLayerHistory(id: string) {
  return useInfiniteQuery({
    queryKey: [...profileKey, id, 'history'],
    queryFn: ({ pageParam, signal }) => {
      const after = pageParam === null ? '' : `?after=${encodeURIComponent(pageParam)}`;
      return read(layerHistorySchema, pathOf(id, `/history${after}`), signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
}

/** What the layer's pack says of a text. */
export function useValuesCheck(id: string, values: string) {
  return useQuery({
    queryKey: [...profileKey, id, 'check', values],
    queryFn: ({ signal }) =>
      request(layerValuesCheckSchema, 'POST', pathOf(id, '/check'), { values }, { signal, looks: true }),
    gcTime: 0,
  });
}

/** Makes the draft of an upgrade that applies the values; nothing is applied yet. */
export function useStartValues({ id, revision }: Pick<LayerValues, 'id' | 'revision'>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (values: string) =>
      request(upgradeSchema, 'POST', pathOf(id, '/values'), { values }, { ifMatch: tagOf(revision) }),
    onSuccess: (upgrade) => {
      client.setQueryData(['upgrade', upgrade.id], upgrade);
      return client.invalidateQueries({ queryKey: upgradesKey });
    },
  });
}
