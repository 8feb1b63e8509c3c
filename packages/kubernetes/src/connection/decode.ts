import type { z } from 'zod';
import { unusable } from './unusable.ts';

/** Checks an answer against what is used of it. @throws KUBERNETES_ANSWER_INVALID */
export function decode<Value>(schema: z.ZodType<Value>, body: unknown, place: string): Value {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unusable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown form'}`, place, parsed.error);
}
