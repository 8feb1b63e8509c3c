import { placeChoicesSchema, siteChecksSchema, type SiteRequest, siteViewSchema } from '@sealift/core/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, request, send } from './http.ts';
import { clusterKey, siteKey, summaryKey } from './query-keys.ts';

/** How the console reaches vCenter and the cluster, without secrets. */
export function useSite() {
  return useQuery({ queryKey: siteKey, queryFn: ({ signal }) => read(siteViewSchema, '/site', signal) });
}

/** Stores settings with which the site was found; nothing is kept of the passwords here. */
export function useSaveSite() {
  const changed = useSiteChanged();
  return useMutation({
    mutationFn: (settings: SiteRequest) =>
      request(siteViewSchema.extend(siteChecksSchema.shape), 'PUT', '/site', settings),
    gcTime: 0,
    onSuccess: changed,
  });
}

/** Forgets the settings. */
export function useForgetSite() {
  const changed = useSiteChanged();
  return useMutation({ mutationFn: () => send('DELETE', '/site'), onSuccess: changed });
}

/** Looks at the site with the settings that hold. */
export function useCheckSite() {
  return useMutation({ mutationFn: () => request(siteChecksSchema, 'POST', '/site/check') });
}

/** What a vCenter has to choose from. */
export function useFindPlaces() {
  return useMutation({
    mutationFn: (vcenter: SiteRequest['vcenter']) => request(placeChoicesSchema, 'POST', '/site/places', { vcenter }),
    gcTime: 0,
  });
}

function useSiteChanged() {
  const client = useQueryClient();
  return async () => {
    for (const queryKey of [siteKey, clusterKey, summaryKey]) await client.invalidateQueries({ queryKey });
  };
}
