import { ByteWindow } from '../byte-window.ts';
import type { RereadableBlob } from '../make-recipe.ts';
import { grainData, grainSegmentBytes } from '../vmdk-segments.ts';
import { BaseDisk } from './base-disk.ts';
import type { RebuiltGrain } from './disk-recipe.ts';
import type { GrainTable } from './grain-table.ts';
import { makePatch, patchedStretch } from './patch.ts';
import { openDiskRecipe } from './read-disk-recipe.ts';
import { type Zlib, zlibOfThread } from './zlib.ts';

const stretchBytes = 256 * 1024;

/** What a delta is made of. */
export interface DeltaParts {
  readonly recipe: Buffer;
  readonly base: {
    readonly digest: string;
    readonly size: number;
    readonly read: (offset: number, length: number) => Promise<Buffer>;
  };
  readonly target: RereadableBlob;
  readonly deltaBytes: number;
}

/**
 * Makes the delta of a recipe again: what is stored and what is patched, out of the target and the base. So nothing of it has
 * to be kept from when the recipe was made until it is written.
 */
export async function* deltaOf({
  recipe,
  base,
  target,
  deltaBytes,
}: DeltaParts): AsyncGenerator<Uint8Array, void, undefined> {
  const bounds = { target: target.size, base: base.size, delta: deltaBytes };
  const { table, steps } = await openDiskRecipe(once(recipe), bounds, target.digest);
  const disk = new BaseDisk(table, base.read, (offset) => new Error(`the base ${base.digest} changed at ${offset}`));
  const zlib = zlibOfThread();
  const content = new Uint8Array(table.grainBytes);
  await using window = new ByteWindow(target.open());
  for await (const step of steps) {
    if (step.kind === 'grain') {
      await takeGrain(window, step.grain, zlib, content);
      yield* patchesOf(step.grain, content, disk, table);
      continue;
    }
    for (let left = step.length; left > 0; ) {
      const length = Math.min(left, stretchBytes);
      const { length: there } = await window.peek(length);
      const taken = window.take(length);
      // A target that ends early fails as it is read; this only ends the loop.
      if (there < length) return;
      if (step.kind === 'stored') yield taken;
      left -= length;
    }
  }
  // Its end is where the target is known to be what it was.
  await window.peek(1);
}

async function takeGrain(window: ByteWindow, { dataBytes }: RebuiltGrain, zlib: Zlib, into: Uint8Array): Promise<void> {
  const length = grainSegmentBytes(dataBytes);
  await window.peek(length);
  const isWhole = zlib.inflate(grainData(window.take(length), { dataBytes }), into);
  if (!isWhole) throw new Error('a grain of the target changed while the bundle was made');
}

async function* patchesOf(
  { parts }: RebuiltGrain,
  content: Uint8Array,
  disk: BaseDisk,
  table: GrainTable,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0;
  for (const part of parts) {
    if (part.kind === 'patch') {
      const stretch = await disk.stretch(patchedStretch(part.expected, part.length, table.diskBytes));
      yield makePatch(content.subarray(at, at + part.length), stretch);
    }
    at += part.length;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(bytes);
}
