import type { CheckItem } from '@sealift/core/check';
import type { KubeObject } from '@sealift/kubernetes/object';
import { block, type Finding, pass, warn, withItems } from '@sealift/upgrade/preflight/check';
import { z } from 'zod';

/** A kubelet renews its lease every 10 s (Kubernetes, "Heartbeats"): a lease of a ready node is never older by much. */
const renewedEveryMs = 10_000;
const warnMs = 30_000;
/** From here on logins and certificates of the wrong time are refused. */
const blockMs = 300_000;

const leaseSchema = z.object({ spec: z.object({ renewTime: z.string().nullish() }).nullish() });
const nodeSchema = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish() }).nullish(),
});

/**
 * Whether the clocks of ready nodes agree with this machine's, by the time that each kubelet writes into its lease. A node that is not
 * ready does not renew it, and is another check's.
 *
 * @param leases of the namespace `kube-node-lease`
 */
export function clocksAgree(nodes: readonly KubeObject[], leases: readonly KubeObject[], now: Date): Finding {
  const renewed = new Map(leases.map((lease) => [lease.metadata.name, renewedAt(lease)]));
  const apart: { readonly item: CheckItem; readonly ms: number }[] = [];
  const silent: string[] = [];
  let compared = 0;
  for (const node of nodes.filter(isReady)) {
    const { name } = node.metadata;
    const at = renewed.get(name);
    if (at === undefined) {
      silent.push(name);
      continue;
    }
    compared += 1;
    const ahead = at - now.getTime();
    const ms = ahead > 0 ? ahead : Math.max(0, -ahead - renewedEveryMs);
    if (ms < warnMs) continue;
    const text = `its clock is about ${Math.round(ms / 1000)} s ${ahead > 0 ? 'ahead' : 'behind'}`;
    apart.push({ item: { place: `Node ${name}`, text }, ms });
  }
  const remedy = 'Set nodes and console from the same time server (NTP).';
  const [worst] = apart.toSorted((a, b) => b.ms - a.ms);
  const items = apart.map(({ item }) => item);
  if (worst !== undefined) {
    const detail = `${apart.length} of ${compared} nodes differ; ${worst.item.place}: ${worst.item.text}`;
    return withItems((worst.ms >= blockMs ? block : warn)(detail, remedy), items);
  }
  if (silent.length > 0 || compared === 0) {
    const detail =
      compared === 0 && silent.length === 0
        ? 'There is no ready node'
        : `No lease tells the time of ${silent.slice(0, 5).join(', ')}`;
    return warn(detail, 'See kubectl get leases -n kube-node-lease: each kubelet renews one of its name.');
  }
  return pass(`${compared} nodes, none more than ${warnMs / 1000} s apart from this machine`);
}

function renewedAt(lease: KubeObject): number | undefined {
  const at = Date.parse(leaseSchema.safeParse(lease).data?.spec?.renewTime ?? '');
  return Number.isNaN(at) ? undefined : at;
}

function isReady(node: KubeObject): boolean {
  const conditions = nodeSchema.safeParse(node).data?.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
