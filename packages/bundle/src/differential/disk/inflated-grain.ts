import { inflateSync } from 'node:zlib';

/** A grain's content, or undefined when it does not inflate to just so much. */
export function inflatedGrain(data: Uint8Array, grainBytes: number): Uint8Array | undefined {
  try {
    const content = inflateSync(data, { maxOutputLength: grainBytes });
    // A copy of its own size, which can be handed from thread to thread.
    return content.length === grainBytes ? new Uint8Array(content) : undefined;
  } catch {
    return undefined;
  }
}
