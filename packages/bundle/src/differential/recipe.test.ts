import { isSealiftError } from '@sealift/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRecipe, type RecipeBounds } from './read-recipe.ts';
import { recipeMagic, type RecipeStep, RecipeWriter } from './recipe.ts';
import { inPieces } from './testing/sample-content.ts';

const large = 2 ** 45;

function encode(steps: readonly RecipeStep[]): Buffer {
  const writer = new RecipeWriter();
  for (const step of steps) writer.add(step);
  return Buffer.from(writer.end());
}

async function decode(recipe: Buffer, bounds: RecipeBounds, pieceBytes = 7): Promise<RecipeStep[]> {
  const steps: RecipeStep[] = [];
  for await (const step of readRecipe(inPieces(recipe, pieceBytes), bounds, 'a recipe')) steps.push(step);
  return steps;
}

async function refusal(recipe: Buffer, bounds: RecipeBounds): Promise<string> {
  try {
    await decode(recipe, bounds);
  } catch (error) {
    if (isSealiftError(error, 'RECIPE_INVALID')) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

const step = fc.record({
  from: fc.constantFrom('base' as const, 'delta' as const),
  offset: fc.oneof(fc.nat(100), fc.integer({ min: 0, max: large })),
  length: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: large })),
});
const totalOf = (steps: readonly RecipeStep[]): number => steps.reduce((sum, { length }) => sum + length, 0);

function merged(steps: readonly RecipeStep[]): RecipeStep[] {
  const list: RecipeStep[] = [];
  for (const next of steps) {
    const last = list.at(-1);
    if (last?.from === next.from && last.offset + last.length === next.offset) {
      list[list.length - 1] = { ...last, length: last.length + next.length };
    } else list.push(next);
  }
  return list;
}

describe('a recipe', () => {
  it('gives the steps it was made of, joined where they continue one another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
        const bounds = { target: totalOf(steps), base: 2 * large, delta: 2 * large };
        expect(await decode(encode(steps), bounds)).toEqual(merged(steps));
      }),
    );
  });

  it('grows beyond its first buffer', async () => {
    const steps = Array.from({ length: 40_000 }, (_, index) => ({
      from: 'base' as const,
      offset: index * 3,
      length: 1,
    }));
    expect(await decode(encode(steps), { target: 40_000, base: 120_000, delta: 0 }, 5000)).toEqual(steps);
  });

  it('is refused with any bit flipped, or makes other steps', async () => {
    const steps = [
      { from: 'base', offset: 0, length: 100 },
      { from: 'delta', offset: 0, length: 300 },
      { from: 'base', offset: 150, length: 50 },
    ] as const;
    const bounds = { target: 450, base: 200, delta: 300 };
    const recipe = encode(steps);
    for (let bit = 0; bit < recipe.length * 8; bit += 1) {
      const changed = Buffer.from(recipe);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const found = await decode(changed, bounds).catch((error: unknown) => error);
      expect(isSealiftError(found, 'RECIPE_INVALID') || found).not.toEqual(steps);
    }
  });

  it('is refused when it leaves its blobs, ends early or is written in another way', async () => {
    const bounds = { target: 100, base: 100, delta: 10 };
    const bytes = (...values: number[]): Buffer => Buffer.concat([Buffer.from(recipeMagic), Buffer.from(values)]);
    const cases: [Buffer, string][] = [
      [encode([{ from: 'base', offset: 1, length: 100 }]), 'outside of the base'],
      [encode([{ from: 'delta', offset: 0, length: 11 }]), 'outside of the delta'],
      [encode([{ from: 'base', offset: 0, length: 99 }]), '99 bytes instead of 100'],
      [
        encode([
          { from: 'base', offset: 0, length: 100 },
          { from: 'delta', offset: 0, length: 1 },
        ]),
        'more than it should',
      ],
      [bytes(2, 1), 'outside'],
      [bytes(0, 0), 'empty'],
      [bytes(1, 0), 'empty'],
      [bytes(100, 0, 100, 0), 'should be one'],
      [bytes(0x80 + 2, 0, 0), 'more bytes than it needs'],
      [bytes(...Array.from({ length: 9 }, () => 0xff)), 'too large'],
      [bytes(2), 'inside of a step'],
      [bytes(0xff), 'inside of a step'],
      [Buffer.from(recipeMagic.slice(0, -3)), 'inside of a step'],
      [Buffer.from('sealift recipe 2\n'), 'known version'],
    ];
    for (const [recipe, reason] of cases) expect(await refusal(recipe, bounds)).toContain(reason);
  });
});
