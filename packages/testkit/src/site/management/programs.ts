import { type PeerName, peer } from '../../peers.ts';

/** @throws Error saying how a peer that is missing is made */
export function programPath(name: PeerName): string {
  const { path, missing, remedy } = peer(name);
  if (missing) throw new Error(remedy);
  return path;
}
