import { SealiftError } from '@sealift/core/errors';
import { fromZigzag, NumberDecoder } from '../numbers.ts';
import type { RecipeBounds } from '../read-recipe.ts';
import { grainSegmentBytes, maxGrainSectors, sectorBytes } from '../vmdk-segments.ts';
import { type DiskStep, diskRecipeMagic, type GrainPart, levelFactor, partKinds, stepKinds } from './disk-recipe.ts';
import { GrainTable, maxTableGrains } from './grain-table.ts';
import { patchSlackBytes } from './patch.ts';

/** A recipe that is being read: the table of the base's grains, and the pieces of the target. */
export interface OpenedDiskRecipe {
  readonly table: GrainTable;
  readonly steps: AsyncGenerator<DiskStep, void, undefined>;
}

/**
 * Reads a recipe that rebuilds disks while it streams, and checks each step before it gives it: inside of both blobs, together
 * the target's size, no grain larger than it may be.
 *
 * @throws RECIPE_INVALID
 */
export async function openDiskRecipe(
  chunks: AsyncIterable<Uint8Array>,
  bounds: RecipeBounds,
  place: string,
): Promise<OpenedDiskRecipe> {
  const refuse = (reason: string) => new SealiftError('RECIPE_INVALID', { values: { what: place, reason }, place });
  const reader = new RecipeReader(chunks, bounds, refuse);
  const table = await reader.table();
  return { table, steps: reader.steps(table) };
}

class RecipeReader {
  readonly #numbers: AsyncGenerator<number, void, undefined>;
  readonly #bounds: RecipeBounds;
  readonly #refuse: (reason: string) => SealiftError;
  #made = 0;
  #deltaRead = 0;
  #copiedTo = 0;
  #nextSector = 0;
  #expected = 0;

  constructor(chunks: AsyncIterable<Uint8Array>, bounds: RecipeBounds, refuse: (reason: string) => SealiftError) {
    this.#numbers = numbersOf(chunks, refuse);
    this.#bounds = bounds;
    this.#refuse = refuse;
  }

  async table(): Promise<GrainTable> {
    const grainSectors = await this.#number();
    const count = await this.#number();
    if (grainSectors < 1 || grainSectors > maxGrainSectors)
      throw this.#refuse('its grains have a size that is not made');
    if (count > maxTableGrains) throw this.#refuse('the base has more grains than it may');
    const table = new GrainTable(grainSectors * sectorBytes);
    for (let index = 0; index < count; index += 1) {
      const offset = table.end + (await this.#number());
      const dataBytes = await this.#number();
      this.#checkData(dataBytes, table.grainBytes);
      table.add(offset, dataBytes);
      if (table.end > this.#bounds.base) throw this.#refuse('a grain lies outside of the base');
    }
    return table;
  }

  async *steps(table: GrainTable): AsyncGenerator<DiskStep, void, undefined> {
    try {
      for (;;) {
        const head = await this.#numbers.next();
        if (head.done === true) break;
        yield await this.#step(head.value, table);
      }
      const { target, delta } = this.#bounds;
      if (this.#made !== target) throw this.#refuse(`it makes ${this.#made} bytes instead of ${target}`);
      if (this.#deltaRead !== delta) throw this.#refuse('it leaves a part of the delta');
    } finally {
      await this.#numbers.return();
    }
  }

  async #step(head: number, table: GrainTable): Promise<DiskStep> {
    const length = Math.floor(head / 3);
    const kind = stepKinds[head % 3] ?? 'stored';
    if (length === 0) throw this.#refuse('a step is empty');
    if (kind === 'grain') return await this.#grain(length, table);
    this.#make(length);
    if (kind === 'stored') {
      this.#takeDelta(length);
      return { kind, length };
    }
    const offset = this.#copiedTo + fromZigzag(await this.#number());
    this.#copiedTo = offset + length;
    if (offset < 0 || this.#copiedTo > this.#bounds.base) throw this.#refuse('a step lies outside of the base');
    return { kind, offset, length };
  }

  async #grain(dataBytes: number, table: GrainTable): Promise<DiskStep> {
    this.#checkData(dataBytes, table.grainBytes);
    this.#make(grainSegmentBytes(dataBytes));
    const second = await this.#number();
    const level = second % levelFactor;
    const grainSectors = table.grainBytes / sectorBytes;
    const sector = this.#nextSector + fromZigzag(Math.floor(second / levelFactor)) * grainSectors;
    if (level < 1 || level > 9) throw this.#refuse('a grain is deflated at a level that there is not');
    if (sector < 0 || !Number.isSafeInteger(sector)) throw this.#refuse('a grain lies outside of its disk');
    this.#nextSector = sector + grainSectors;
    const parts: GrainPart[] = [];
    for (let left = table.grainBytes; left > 0; ) {
      const part = await this.#part(left, table);
      left -= part.length;
      parts.push(part);
    }
    return { kind: 'grain', grain: { sector, dataBytes, level, parts } };
  }

  async #part(left: number, table: GrainTable): Promise<GrainPart> {
    const head = await this.#number();
    const length = Math.floor(head / 3);
    const kind = partKinds[head % 3] ?? 'zeros';
    if (length === 0 || length > left) throw this.#refuse('a part of a grain is empty or too long');
    const expected = this.#expected;
    if (kind === 'base') {
      const position = expected + fromZigzag(await this.#number());
      this.#expected = position + length;
      if (position < 0 || this.#expected > table.diskBytes)
        throw this.#refuse("a step lies outside of the base's disk");
      return { kind, position, length };
    }
    this.#expected += length;
    if (kind === 'zeros') return { kind, length };
    const patchBytes = await this.#number();
    if (patchBytes > length + patchSlackBytes) throw this.#refuse('a patch is longer than what it makes');
    this.#takeDelta(patchBytes);
    return { kind, expected, length, patchBytes };
  }

  #checkData(dataBytes: number, grainBytes: number): void {
    const fits = dataBytes > 0 && dataBytes <= grainBytes + sectorBytes;
    if (!fits) throw this.#refuse('a grain is longer or shorter than it can be');
  }

  #make(bytes: number): void {
    this.#made += bytes;
    if (this.#made > this.#bounds.target) throw this.#refuse('it makes more than it should');
  }

  #takeDelta(bytes: number): void {
    this.#deltaRead += bytes;
    if (this.#deltaRead > this.#bounds.delta) throw this.#refuse('a step lies outside of the delta');
  }

  async #number(): Promise<number> {
    const next = await this.#numbers.next();
    if (next.done === true) throw this.#refuse('it ends inside of a step');
    return next.value;
  }
}

async function* numbersOf(
  chunks: AsyncIterable<Uint8Array>,
  refuse: (reason: string) => SealiftError,
): AsyncGenerator<number, void, undefined> {
  const decoder = new NumberDecoder(refuse);
  let magicRead = 0;
  for await (const chunk of chunks) {
    for (const byte of chunk) {
      if (magicRead < diskRecipeMagic.length) {
        if (byte !== diskRecipeMagic.charCodeAt(magicRead)) throw refuse('it is not a recipe of a known version');
        magicRead += 1;
        continue;
      }
      const number = decoder.next(byte);
      if (number !== undefined) yield number;
    }
  }
  if (magicRead < diskRecipeMagic.length || !decoder.isBetween) throw refuse('it ends inside of a step');
}
