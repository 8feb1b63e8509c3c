import { getAssetKeys, getRawAsset } from 'node:sea';

/**
 * What the single-file executable carries under a name. It is the executable's own memory, not a copy: nobody may write to it.
 *
 * @throws Error when it carries nothing of that name, or this is no single-file executable
 */
export function executableAsset(name: string): Uint8Array {
  return new Uint8Array(getRawAsset(name));
}

/** The names of what the single-file executable carries that begin so. @throws Error when this is no single-file executable */
export function executableAssetNames(prefix: string): readonly string[] {
  return getAssetKeys().filter((name) => name.startsWith(prefix));
}
