import { isMembers, type Members } from '../merge-patch.ts';

/** What an API server makes of an object by a JSON merge patch (RFC 7396, "Processing Merge Patch Documents"). */
export function applyPatch(to: unknown, patch: Members): Members {
  const members = new Map(Object.entries(isMembers(to) ? to : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, isMembers(value) ? applyPatch(members.get(name), value) : value);
  }
  return Object.fromEntries(members);
}
