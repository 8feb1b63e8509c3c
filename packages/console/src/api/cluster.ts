import { clusterLayersSchema, clusterNodesSchema, issuedKubeconfigSchema } from '@sealift/core/api';
import { clusterEventsSchema } from '@sealift/core/cluster';
import { useMutation, useQuery } from '@tanstack/react-query';
import { asked } from './asked.ts';
import { read, request } from './http.ts';
import { clusterKey } from './query-keys.ts';

/** How often what the cluster runs is asked for, ms. */
export const everyMs = { nodes: 5000, layers: 10_000, events: 10_000 };

/** Nodes with their machines. */
export function useNodes() {
  return useQuery({
    queryKey: [...clusterKey, 'nodes'],
    queryFn: ({ signal }) => asked(() => read(clusterNodesSchema, '/cluster/nodes', signal)),
    refetchInterval: everyMs.nodes,
  });
}

/** Layers as the cluster runs them. */
export function useLayers() {
  return useQuery({
    queryKey: [...clusterKey, 'layers'],
    queryFn: ({ signal }) => asked(() => read(clusterLayersSchema, '/cluster/layers', signal)),
    refetchInterval: everyMs.layers,
  });
}

/** The latest events. */
export function useClusterEvents() {
  return useQuery({
    queryKey: [...clusterKey, 'events'],
    queryFn: ({ signal }) => read(clusterEventsSchema, '/cluster/events', signal),
    refetchInterval: everyMs.events,
  });
}

/** Makes a kubeconfig that lives for some hours; it is kept nowhere. */
export function useIssueKubeconfig() {
  return useMutation({
    mutationFn: (hours: number) => request(issuedKubeconfigSchema, 'POST', '/cluster/kubeconfig', { hours }),
    gcTime: 0,
  });
}
