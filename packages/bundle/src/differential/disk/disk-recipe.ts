import { NumberWriter, zigzag } from '../numbers.ts';
import type { GrainTable } from './grain-table.ts';
import { grainSegmentBytes, sectorBytes } from '../vmdk-segments.ts';

/** What a recipe that rebuilds disks begins with. */
export const diskRecipeMagic = 'sealift recipe 2\n';

/** What a disk's content is compared and found in: the blocks that file systems put files into. */
export const blockBytes = 4096;

/** A piece of the target. */
export type DiskStep =
  /** Bytes of the base's blob. */
  | { readonly kind: 'copy'; readonly offset: number; readonly length: number }
  /** The next bytes of the delta. */
  | { readonly kind: 'stored'; readonly length: number }
  /** A grain that is deflated again. */
  | { readonly kind: 'grain'; readonly grain: RebuiltGrain };

export interface RebuiltGrain {
  /** Where on the disk it belongs. */
  readonly sector: number;
  /** Of the deflated data. */
  readonly dataBytes: number;
  /** zlib's. */
  readonly level: number;
  /** What it consists of, together a grain. */
  readonly parts: readonly GrainPart[];
}

export type GrainPart =
  /** Bytes of the base's disk: all grains of its table, inflated, one behind the other. */
  | { readonly kind: 'base'; readonly position: number; readonly length: number }
  /** Zeros. */
  | { readonly kind: 'zeros'; readonly length: number }
  /** What a patch makes of the base's disk at `expected`; the patch is the next bytes of the delta. */
  | { readonly kind: 'patch'; readonly expected: number; readonly length: number; readonly patchBytes: number };

export const stepKinds = ['copy', 'stored', 'grain'] as const;
export const partKinds = ['base', 'zeros', 'patch'] as const;
/** Levels are written in so many bits. */
export const levelFactor = 16;

/** Writes a recipe that rebuilds disks; its format is described in docs/reference/bundle.md, "Differential bundles". */
export class DiskRecipeWriter {
  readonly #numbers = new NumberWriter(diskRecipeMagic);
  readonly #grainSectors: number;
  #last: Exclude<DiskStep, { readonly kind: 'grain' }> | undefined;
  #copiedTo = 0;
  #nextSector = 0;
  #expected = 0;

  constructor(table: GrainTable) {
    this.#grainSectors = table.grainBytes / sectorBytes;
    this.#numbers.add(this.#grainSectors);
    this.#numbers.add(table.count);
    let end = 0;
    for (let index = 0; index < table.count; index += 1) {
      const { offset, dataBytes } = table.at(index);
      this.#numbers.add(offset - end);
      this.#numbers.add(dataBytes);
      end = offset + grainSegmentBytes(dataBytes);
    }
  }

  add(step: DiskStep): void {
    const last = this.#last;
    if (step.kind === 'grain') {
      this.#flush();
      this.#grain(step.grain);
    } else if (last?.kind === 'copy' && step.kind === 'copy' && last.offset + last.length === step.offset) {
      this.#last = { ...last, length: last.length + step.length };
    } else if (last?.kind === 'stored' && step.kind === 'stored') {
      this.#last = { ...last, length: last.length + step.length };
    } else {
      this.#flush();
      this.#last = step;
    }
  }

  /** The encoded recipe. */
  end(): Buffer {
    this.#flush();
    return this.#numbers.end();
  }

  #flush(): void {
    const step = this.#last;
    this.#last = undefined;
    if (step === undefined) return;
    this.#numbers.add(step.length * 3 + stepKinds.indexOf(step.kind));
    if (step.kind === 'stored') return;
    this.#numbers.add(zigzag(step.offset - this.#copiedTo));
    this.#copiedTo = step.offset + step.length;
  }

  #grain({ sector, dataBytes, level, parts }: RebuiltGrain): void {
    this.#numbers.add(dataBytes * 3 + stepKinds.indexOf('grain'));
    this.#numbers.add(zigzag((sector - this.#nextSector) / this.#grainSectors) * levelFactor + level);
    this.#nextSector = sector + this.#grainSectors;
    for (const part of parts) {
      this.#numbers.add(part.length * 3 + partKinds.indexOf(part.kind));
      if (part.kind === 'patch') this.#numbers.add(part.patchBytes);
      if (part.kind === 'base') this.#numbers.add(zigzag(part.position - this.#expected));
      this.#expected = (part.kind === 'base' ? part.position : this.#expected) + part.length;
    }
  }
}
