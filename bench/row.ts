/** One line of a benchmark: ours beside the peer, measured in the same run. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  /** ours divided by the peer's. */
  readonly ratio: number;
}
