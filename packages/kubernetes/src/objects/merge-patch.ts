import { canonicalJson } from '@sealift/core/canonical-json';

/** A JSON object. */
export type Members = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object: no list, and not null. */
export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON merge patch (RFC 7396) that makes one object of another, neither of which holds a null; undefined where they are the same. */
export function mergePatchOf(before: Members, after: Members): Members | undefined {
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const patch: [string, unknown][] = gone.map((name) => [name, null]);
  for (const [name, value] of Object.entries(after)) {
    const was = Object.hasOwn(before, name) ? before[name] : undefined;
    if (isMembers(was) && isMembers(value)) {
      const inner = mergePatchOf(was, value);
      if (inner !== undefined) patch.push([name, inner]);
    } else if (was === undefined || canonicalJson(was) !== canonicalJson(value)) patch.push([name, value]);
  }
  return patch.length === 0 ? undefined : Object.fromEntries(patch);
}
