import { type HunkedText, hunkedTextListSchema, hunkedTextSchema, type HunksRequest } from '@sealift/core/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { read, request, tagOf } from './http.ts';
import { useMay } from './session.ts';

/** Where the settled hunks of an upgrade are kept. */
export function hunkedTextsKey(id: string): readonly unknown[] {
  return ['upgrade', id, 'hunks'];
}

/** Long texts of an upgrade of which hunks were settled; nothing for whoever may not see values. */
export function useHunkedTexts(id: string) {
  return useQuery({
    queryKey: hunkedTextsKey(id),
    queryFn: async ({ signal }) =>
      (await read(hunkedTextListSchema, `/upgrades/${encodeURIComponent(id)}/hunks`, signal)).texts,
    enabled: useMay('platform.values'),
  });
}

/** Hunks to settle, or to open again, of one text; `revision`: what was seen of it. */
export interface HunksToSend {
  readonly layer: string;
  readonly revision: number;
  readonly hunks: HunksRequest;
}

/** Saves settled hunks, unless somebody else has settled some of the same text since. */
export function useSendHunks(id: string) {
  return useMutation({
    mutationFn: ({ layer, revision, hunks }: HunksToSend): Promise<HunkedText> => {
      const path = `/upgrades/${encodeURIComponent(id)}/layers/${encodeURIComponent(layer)}/hunks`;
      return request(hunkedTextSchema, 'PATCH', path, hunks, { ifMatch: tagOf(revision) });
    },
    gcTime: 0,
  });
}
