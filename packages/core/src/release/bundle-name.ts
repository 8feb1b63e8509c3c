/** The usual name of the bundle of a release. */
export function releaseBundleName(version: string): string {
  return `airgap-v${version}.bin`;
}

/** The usual name of the bundle of one pack. */
export function packBundleName(name: string, version: string): string {
  return `airgap-pack-${name}-${version}.bin`;
}
