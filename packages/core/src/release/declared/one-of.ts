import { z } from 'zod';

/** An object that has exactly one of some members, so that what is wrong with that one is said. */
export function exactlyOne<Shape extends Readonly<Record<string, z.ZodOptional>>>(shape: Shape) {
  const names = Object.keys(shape).join(', ');
  return z
    .strictObject(shape)
    .refine((value) => Object.keys(value).length === 1, `exactly one of ${names} is said`)
    .meta({ minProperties: 1, maxProperties: 1 });
}
