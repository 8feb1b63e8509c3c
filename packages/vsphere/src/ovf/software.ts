/** What a node image says of the software inside. */
export interface ImageSoftware {
  readonly kubernetes: string | undefined;
  readonly os: string | undefined;
}

/**
 * Reads it from product properties and words: image builders write properties such as `KUBERNETES_SEMVER` and a product
 * `Ubuntu 22.04 and Kubernetes v1.26.10`.
 *
 * @param properties by key; a key's case does not matter
 */
export function softwareIn(
  properties: readonly (readonly [key: string, value: string])[],
  words: readonly string[],
): ImageSoftware {
  const byKey = new Map(properties.map(([key, value]) => [key.toUpperCase(), value]));
  const stated =
    ['KUBERNETES_SEMVER', 'KUBERNETES_VERSION', 'KUBERNETES'].map((key) => byKey.get(key)).find(Boolean) ?? '';
  const kubernetes =
    /^v?(\d+\.\d+\.\d+)/.exec(stated)?.[1] ?? /kube(?:rnetes)?[ :/-]+v?(\d+\.\d+\.\d+)/i.exec(words.join('\n'))?.[1];
  const os = [byKey.get('DISTRO_NAME'), byKey.get('DISTRO_VERSION')].filter((word) => word !== undefined);
  return { kubernetes, os: os.length === 0 ? byKey.get('OS')?.slice(0, 100) : os.join('-').slice(0, 100) };
}
