import type { CheckItem } from '@sealift/core/check';
import type { PackRoom, RoomPlace } from '@sealift/core/packs';
import type { NodeRoom } from '@sealift/kubernetes/node-room';
import { acceptable, block, type Finding, pass, withItems } from '@sealift/upgrade/preflight/check';
import { sizeText } from '../size-text.ts';

const nodeNames = { cpu: 'cpu', memory: 'memory', diskSize: 'ephemeral-storage' } as const;
const titles = { cpu: 'processors', memory: 'memory', diskSize: 'disk' } as const;
const groups: readonly { readonly on: readonly RoomPlace[]; readonly title: string }[] = [
  { on: ['any'], title: 'nodes that pods come to by themselves' },
  { on: ['worker'], title: 'workers' },
  { on: ['any', 'worker'], title: 'nodes' },
  { on: ['control-plane'], title: 'nodes of the control plane' },
];
const remedy =
  'Give the cluster another machine or larger ones, free what others request there, or ask for less in the values of the layers.';

/**
 * Whether the nodes have the room that packs ask for beyond what runs of them already. Sums are judged, not how pods lie on nodes; what the upgrade itself
 * frees is not counted.
 */
export function packsHaveRoom(needs: readonly PackRoom[], nodes: readonly NodeRoom[]): Finding {
  const blocking: CheckItem[] = [];
  const unknown: CheckItem[] = [];
  /** What is accepted stays the same while amounts change. */
  const risks: string[] = [];
  for (const type of ['cpu', 'memory', 'diskSize'] as const) {
    for (const { on, title } of groups) {
      const asking = needs.filter((one) => one.type === type && on.includes(one.on));
      // Each alone is judged before both together.
      if (on.some((one) => asking.every((room) => room.on !== one))) continue;
      const wanted = asking.reduce((sum, { amount }) => sum + amount, 0);
      const there = nodes.filter((node) => isAmong(node, on));
      const place = [...new Set(asking.map(({ pack, version }) => `${pack} ${version}`))].join(', ');
      const silent = there.filter(({ free }) => free[nodeNames[type]] === undefined);
      const free = there.reduce((sum, node) => sum + (node.free[nodeNames[type]] ?? 0), 0);
      if (wanted <= free) continue;
      if (silent.length > 0) {
        const text = `nobody knows how much ${titles[type]} ${silent[0]?.name ?? ''} has, as its kubelet does not say`;
        unknown.push({ place, text, remedy: 'See the status.allocatable of the node, and its kubelet.' });
        continue;
      }
      const all = there.reduce((sum, node) => sum + (node.allocatable[nodeNames[type]] ?? 0), 0);
      const text = `needs ${shown(type, wanted)} of ${titles[type]} more, and ${there.length} ${title} have ${shown(type, free)} of ${shown(type, all)} left`;
      blocking.push({ place, text, remedy });
      risks.push(`${titles[type]} for ${place}`);
    }
  }
  const items = [...blocking, ...unknown];
  const [first] = items;
  if (first === undefined) return pass(`${new Set(needs.map(({ pack }) => pack)).size} packs, ${nodes.length} nodes`);
  const detail = `${first.place} ${first.text}${items.length === 1 ? '' : ` (and ${items.length - 1} more)`}`;
  if (blocking.length === 0) {
    return withItems({ outcome: 'unknown', detail, remedy: first.remedy ?? '' }, items);
  }
  return acceptable(
    withItems(block(detail, remedy), items),
    'Pods that find no room stay pending, and the upgrade waits at their layer until there is room.',
    risks,
  );
}

function isAmong({ isControlPlane, isOpen }: NodeRoom, on: readonly RoomPlace[]): boolean {
  return on.some((one) => (one === 'any' ? isOpen : isControlPlane === (one === 'control-plane')));
}

function shown(type: PackRoom['type'], amount: number): string {
  return type === 'cpu' ? `${Math.round(amount * 1000) / 1000} cores` : sizeText(amount);
}
