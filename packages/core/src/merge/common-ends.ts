/** Where two sequences stop being the same, from their beginnings and from their ends. */
export interface CommonEnds {
  /** Length of the common beginning. */
  readonly start: number;
  /** Where the common end begins in the one and in the other; never before `start`. */
  readonly leftEnd: number;
  readonly rightEnd: number;
}

/** What two sequences have in common at their ends: most of what is compared was not changed, and needs no search. */
export function commonEnds(left: readonly number[], right: readonly number[]): CommonEnds {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let leftEnd = left.length;
  let rightEnd = right.length;
  while (leftEnd > start && rightEnd > start && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd -= 1;
    rightEnd -= 1;
  }
  return { start, leftEnd, rightEnd };
}
