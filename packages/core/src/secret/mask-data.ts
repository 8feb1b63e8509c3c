import { mask, tellsSecret } from './mask.ts';
import { isSecretKey, type KeyMeaning, memberMeaning } from './secret-key.ts';
import { hideSecrets } from './secret-spans.ts';

/**
 * A copy of plain data in which every secret reads `***`, at any depth: what a key says is one, what stands beside the name of
 * one, and what texts hold, such as `user:password@` in a URL.
 *
 * @param meaning what is known of the place that the data stands at
 */
export function maskData(value: unknown, meaning?: KeyMeaning): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => maskData(item, namedByFlag(value[index - 1]) ? 'secret' : meaning));
  }
  if (typeof value === 'object' && value !== null) {
    const members = new Map(Object.entries(value));
    const siblingText = (key: string): string | undefined => {
      const text: unknown = members.get(key);
      return typeof text === 'string' ? text : undefined;
    };
    const entries = [...members].map(([key, member]: [string, unknown]) => [
      key,
      maskData(member, memberMeaning(key, siblingText) ?? meaning),
    ]);
    return Object.fromEntries(entries);
  }
  if (meaning === 'secret' && tellsSecret(value)) return mask;
  return typeof value === 'string' ? hideSecrets(value) : value;
}

/** Whether the item after this one is a secret: `["--password", "x"]`. */
export function namedByFlag(item: unknown): boolean {
  return typeof item === 'string' && /^--?[A-Za-z][\w.-]*$/.test(item) && isSecretKey(item);
}
