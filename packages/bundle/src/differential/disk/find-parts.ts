import { hash } from 'node:crypto';
import { BaseDisk } from './base-disk.ts';
import type { BlockIndex } from './block-index.ts';
import { blockBytes, type GrainPart } from './disk-recipe.ts';
import type { GrainTable } from './grain-table.ts';
import { isZero } from './index-base.ts';
import { makePatch, patchedStretch } from './patch.ts';

/** Where a block is from. */
type Origin = { readonly kind: 'base'; readonly position: number } | { readonly kind: 'zeros' | 'patch' };

/**
 * Finds what the grains of a target consist of, one after the other. A block of the base's disk that stands where the last one ended is
 * taken first: content that is as it was stays in one piece. Then comes the index, which finds what moved. What neither has
 * becomes a patch of what stands in that place of the base.
 */
export class PartFinder {
  readonly #table: GrainTable;
  readonly #blocks: BlockIndex;
  readonly #disk: BaseDisk;
  readonly #expectedBlock = Buffer.alloc(blockBytes);
  #expected = 0;

  constructor(table: GrainTable, blocks: BlockIndex, disk: BaseDisk) {
    this.#table = table;
    this.#blocks = blocks;
    this.#disk = disk;
  }

  /** The parts of a grain; patches are handed on as they are made. */
  async find(content: Uint8Array, onPatch: (patch: Buffer) => void): Promise<GrainPart[]> {
    const parts: GrainPart[] = [];
    for (let at = 0; at < content.length; ) {
      const { origin, length } = await this.#run(content, at);
      const expected = this.#expected;
      if (origin.kind === 'base') parts.push({ ...origin, length });
      else if (origin.kind === 'zeros') parts.push({ kind: 'zeros', length });
      else {
        const stretch = await this.#disk.stretch(patchedStretch(expected, length, this.#table.diskBytes));
        const patch = makePatch(content.subarray(at, at + length), stretch);
        onPatch(patch);
        parts.push({ kind: 'patch', expected, length, patchBytes: patch.length });
      }
      this.#expected = (origin.kind === 'base' ? origin.position : expected) + length;
      at += length;
    }
    return parts;
  }

  /** Blocks of one origin that follow one another. */
  async #run(content: Uint8Array, start: number): Promise<{ origin: Origin; length: number }> {
    const blockAt = (at: number): Uint8Array => content.subarray(at, at + blockBytes);
    const origin = await this.#originOf(blockAt(start), this.#expected);
    let length = blockBytes;
    for (; start + length < content.length; length += blockBytes) {
      const expected = (origin.kind === 'base' ? origin.position : this.#expected) + length;
      const next = await this.#originOf(blockAt(start + length), expected);
      if (next.kind !== origin.kind) break;
      if (next.kind === 'base' && next.position !== expected) break;
    }
    return { origin, length };
  }

  async #originOf(block: Uint8Array, expected: number): Promise<Origin> {
    if (isZero(block)) return { kind: 'zeros' };
    if (expected + blockBytes <= this.#table.diskBytes) {
      await this.#disk.copy(expected, this.#expectedBlock);
      if (this.#expectedBlock.equals(block)) return { kind: 'base', position: expected };
    }
    const found = this.#blocks.find(hash('sha256', block, 'buffer'));
    return found === undefined ? { kind: 'patch' } : { kind: 'base', position: found * blockBytes };
  }
}
