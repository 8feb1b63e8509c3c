import { peer, type PeerName } from '../../packages/testkit/src/peers.ts';

/** Where a peer's program is. */
export function peerPath(name: PeerName): string {
  return peer(name).path;
}

/** Whether one of the peers is not here; says which, and what brings it. */
export function missingPeer(note: (text: string) => void, ...names: readonly PeerName[]): boolean {
  const missing = names.map(peer).filter((found) => found.missing);
  for (const { remedy } of missing) note(`skipped: ${remedy}`);
  return missing.length > 0;
}
