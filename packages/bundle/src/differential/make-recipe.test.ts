import { isSealiftError } from '@sealift/core/errors';
import { digestOf } from '@sealift/oci/digest';
import { readBounded } from '@sealift/oci/verify-stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeRecipe, type RereadableBlob } from './make-recipe.ts';
import { reconstruct } from './reconstruct.ts';
import { MemoryContent } from './testing/memory-content.ts';
import { inPieces, randomBytes } from './testing/sample-content.ts';

function blobOf(content: Buffer): RereadableBlob {
  return { digest: digestOf(content), size: content.length, open: () => inPieces(content, 70_000) };
}

async function madeOf(base: Buffer, target: Buffer) {
  const { recipe, delta } = await makeRecipe(blobOf(base), blobOf(target));
  const deltaBytes = await readBounded(delta.open(), 100_000_000, 'delta');
  expect(deltaBytes.length).toBe(delta.size);
  const content = new MemoryContent();
  const wanted = {
    digest: digestOf(target),
    size: target.length,
    base: content.add(base),
    recipe: content.add(recipe),
    delta: content.add(deltaBytes),
  };
  return { recipe, delta: deltaBytes, content, wanted };
}

describe('a recipe and its delta', () => {
  const base = randomBytes('base', 3_000_000);

  it('make the target of any edit of the base', async () => {
    const edit = fc.record({
      at: fc.nat(base.length),
      removed: fc.nat(300_000),
      added: fc.nat(200_000),
      copiedFrom: fc.nat(base.length),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { maxLength: 4 }), async (edits) => {
        let target = base;
        for (const [index, { at, removed, added, copiedFrom }] of edits.entries()) {
          const copied = base.subarray(copiedFrom, copiedFrom + 150_000);
          const fresh = randomBytes(`edit ${index}`, added);
          target = Buffer.concat([target.subarray(0, at), fresh, copied, target.subarray(at + removed)]);
        }
        const { wanted } = await madeOf(base, target);
        expect((await readBounded(reconstruct(wanted), 100_000_000, 'target')).equals(target)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('hold next to nothing when nothing changed, and repeated new content once', async () => {
    const same = await madeOf(base, base);
    expect(same.delta.length).toBe(0);
    expect(same.recipe.length).toBeLessThan(30);
    const fresh = randomBytes('fresh', 900_000);
    const twice = await madeOf(base, Buffer.concat([fresh, base, fresh, fresh]));
    expect(twice.delta.length).toBeLessThan(1_600_000);
    expect((await readBounded(reconstruct(twice.wanted), 100_000_000, 'x')).length).toBe(5_700_000);
  });

  it('read the base with few requests', async () => {
    const target = Buffer.from(base);
    for (let at = 0; at < target.length; at += 400_000) target.write('changed', at);
    const { wanted, content } = await madeOf(base, target);
    content.opened = 0;
    await readBounded(reconstruct(wanted), 100_000_000, 'target');
    // Of the recipe its first line as well.
    expect(content.opened).toBe(4);
  });

  it('fail before the end with another base of the same size, or a delta cut short', async () => {
    const target = Buffer.concat([base.subarray(0, 2_000_000), randomBytes('tail', 500_000)]);
    const { wanted, content, delta } = await madeOf(base, target);
    const code = async (changed: Partial<typeof wanted>): Promise<string> => {
      try {
        await readBounded(reconstruct({ ...wanted, ...changed }), 100_000_000, 'target');
        return 'none';
      } catch (error) {
        return isSealiftError(error) ? error.code : String(error);
      }
    };
    expect(await code({ base: content.add(randomBytes('other', base.length)) })).toBe('CONTENT_DIGEST_MISMATCH');
    expect(await code({ delta: { ...content.add(delta.subarray(0, 1000)), size: delta.length } })).toBe(
      'CONTENT_SHORT',
    );
    expect(await code({ delta: content.add(delta.subarray(0, 1000)) })).toBe('RECIPE_INVALID');
    expect(await code({ size: target.length - 1 })).toBe('RECIPE_INVALID');
    expect(await code({ recipe: content.add(delta) })).toBe('RECIPE_INVALID');
    expect(await code({})).toBe('none');
  });
});
