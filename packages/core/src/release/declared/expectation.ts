import { z } from 'zod';
import { exactlyOne } from './one-of.ts';
import { quantityOf } from './quantity.ts';

const scalarSchema = z.union([z.string().max(1000), z.number(), z.boolean()]);
const amountSchema = z.union([
  z.number(),
  z
    .string()
    .max(50)
    .refine((text) => quantityOf(text) !== undefined, 'a number or a quantity such as 10Gi'),
]);
const countSchema = z.int().min(0).max(100_000);

/** What is to hold of the objects that a query finds; each is about all of them. */
export const expectationSchema = exactlyOne({
  exists: z.literal(true).optional().describe('There is one at least, and with a field each of them has it.'),
  absent: z.literal(true).optional().describe('There is none, or with a field none has it.'),
  count: z
    .strictObject({
      atLeast: countSchema.optional().describe('So many or more.'),
      atMost: countSchema.optional().describe('So many or fewer.'),
    })
    .optional()
    .describe('So many there are.'),
  equals: scalarSchema.optional().describe('The field is this.'),
  oneOf: z.array(scalarSchema).min(1).max(50).optional().describe('The field is one of these.'),
  atLeast: amountSchema.optional().describe('The field is this number or quantity, or more.'),
  versionAtLeast: z
    .string()
    .regex(/^\d{1,9}(?:\.\d{1,9}){0,3}$/, 'numbers with dots, such as 6.0')
    .optional()
    .describe('The field is this version, or a later one.'),
  matches: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('The whole field matches, * standing for any text and ? for one character.'),
});
export type Expectation = z.infer<typeof expectationSchema>;

/** Expectations of a field's value. */
const ofValues = ['equals', 'oneOf', 'atLeast', 'versionAtLeast', 'matches'] as const;

/** Whether an expectation is of a field's value, and says nothing without one. */
export function isOfValue(expect: Expectation): boolean {
  return ofValues.some((one) => expect[one] !== undefined);
}

/** For a person: `6.0 or later`. */
export function expectationText(expect: Expectation): string {
  if (expect.exists !== undefined) return 'there';
  if (expect.absent !== undefined) return 'not there';
  if (expect.count !== undefined) return countText(expect.count);
  if (expect.equals !== undefined) return shown(expect.equals);
  if (expect.oneOf !== undefined) return `one of ${expect.oneOf.map(shown).join(', ')}`;
  if (expect.atLeast !== undefined) return `${expect.atLeast} or more`;
  if (expect.versionAtLeast !== undefined) return `${expect.versionAtLeast} or later`;
  return `like ${expect.matches ?? ''}`;
}

function countText({ atLeast, atMost }: NonNullable<Expectation['count']>): string {
  if (atLeast === atMost) return `${atLeast} of them`;
  return [atLeast === undefined ? '' : `at least ${atLeast}`, atMost === undefined ? '' : `at most ${atMost}`]
    .filter((part) => part !== '')
    .join(' and ');
}

/** A value for a person, short. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const short = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return short === '' ? 'empty' : short;
}
