/** One line of a benchmark: ours beside the peer, measured in the same run. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: number;
  /** The program beside us, or the limit that is demanded. */
  readonly peerName: string;
  /**
   * The peer's figure divided by ours. Every figure here is a cost (time, size, memory, mistakes), so above 1 ours is the
   * better one. Where ours is 0, the peer's figure itself, and 1 where both are 0.
   */
  readonly ratio: number;
}

/** A row with its ratio, rounded to what can be read. */
export function row(name: string, unit: string, ours: number, peer: number, peerName: string): Row {
  const ratio = ours === 0 ? (peer === 0 ? 1 : peer) : peer / ours;
  return { name, unit, ours: rounded(ours), peer: rounded(peer), peerName, ratio: rounded(ratio) };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
